/* What a program needs of an emulated board: a timer that counts instructions, and a stack that tells how deep it was.
   Faults end the program. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

/* The argument that the emulator was given, "" without one. */
const char *board_argument(void);

/* Starts the timer. */
void board_start(void);

/* A count that goes on with every instruction, and wraps. */
uint32_t board_ticks(void);

/* Instructions in a difference of ticks. */
uint32_t board_instructions(uint32_t ticks);

/* Paints unused memory below the caller. */
void board_paint_stack(void);

/* Bytes of the stack that were used since, or before, from its top; 0 where all that was painted was. */
uint32_t board_stack_bytes(void);

/* Bytes of the stack that are in use where it is called. */
uint32_t board_stack_depth(void);

/* Goes where no board has anything. */
void board_fault(void);

#endif
