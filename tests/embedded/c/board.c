#include "board.h"

#include <stddef.h>
#include <unistd.h>

#include <semihost.h>

static volatile uint32_t *at(uintptr_t address) { return (volatile uint32_t *)address; }

/* Under -icount shift=6 the emulator lets 64 ns of its time go by with every instruction. */
enum { PICOSECONDS_AN_INSTRUCTION = 64000 };

#if defined(BOARD_MPS2) /* CMSDK timer 0, which counts down at 25 MHz */
enum { PICOSECONDS_A_TICK = 40000 };
#define TIMER 0x40000000u
void board_start(void) {
  *at(TIMER + 8) = UINT32_MAX; /* reload */
  *at(TIMER + 4) = UINT32_MAX; /* value */
  *at(TIMER) = 1;
}
uint32_t board_ticks(void) { return ~*at(TIMER + 4); }

#elif defined(BOARD_MICROBIT) /* TIMER0 of the nRF51, which counts up at 16 MHz and is read by a capture */
enum { PICOSECONDS_A_TICK = 62500 };
#define TIMER 0x40008000u
void board_start(void) {
  *at(TIMER + 0x508) = 3; /* 32 bits */
  *at(TIMER + 0x510) = 0; /* prescaler */
  *at(TIMER) = 1;
}
uint32_t board_ticks(void) {
  *at(TIMER + 0x40) = 1;
  return *at(TIMER + 0x540);
}

#elif defined(BOARD_VIRT) /* the low half of mtime of the CLINT, which counts up at 10 MHz */
enum { PICOSECONDS_A_TICK = 100000 };
void board_start(void) {}
uint32_t board_ticks(void) { return *at(0x0200bff8u); }

#else
#error "no such board"
#endif

uint32_t board_instructions(uint32_t ticks) {
  return (uint32_t)((uint64_t)ticks * PICOSECONDS_A_TICK / PICOSECONDS_AN_INSTRUCTION);
}

const char *board_argument(void) {
  static char line[64];
  char *next = line;
  if (sys_semihost_get_cmdline(line, sizeof line) != 0) return "";
  while (*next && *next != ' ') next++; /* the name of the program */
  while (*next == ' ') next++;
  return next;
}

void board_fault(void) { ((void (*)(void))0xfffffff0u)(); }

/* Without these a fault spins for ever. */
#if defined(__riscv)
static void __attribute__((aligned(4), noreturn)) trap(void) { _exit(1); }
static void __attribute__((constructor)) catch_traps(void) {
  __asm__ volatile(".option push\n.option arch, +zicsr\ncsrw mtvec, %0\n.option pop" ::"r"(trap));
}
#else
void arm_hardfault_isr(void) { _exit(1); }
#endif

enum { PAINT = 0x5ac35ac3, DEPTH = 16 << 10, MARGIN = 128 };
extern uint32_t __bss_end[], __stack[]; /* of the linker script */

static volatile uint32_t *lowest(volatile uint32_t *top) {
  uintptr_t bottom = (uintptr_t)top - DEPTH, end = (uintptr_t)__bss_end;
  return at(bottom > end ? bottom : end);
}

static volatile uint32_t *unused(void) {
  return at(((uintptr_t)__builtin_frame_address(0) - MARGIN) & ~(uintptr_t)3);
}

uint32_t __attribute__((noinline)) board_stack_depth(void) {
  return (uint32_t)((uintptr_t)__stack - (uintptr_t)__builtin_frame_address(0));
}

void __attribute__((noinline)) board_paint_stack(void) {
  volatile uint32_t *const top = unused();
  for (volatile uint32_t *word = lowest(top); word < top; word++) *word = PAINT;
}

uint32_t __attribute__((noinline)) board_stack_bytes(void) {
  volatile uint32_t *const top = unused(), *const bottom = lowest(top), *word = bottom;
  while (word < top && *word == PAINT) word++;
  return word == bottom ? 0 : (uint32_t)((uintptr_t)__stack - (uintptr_t)word);
}
