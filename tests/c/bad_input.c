/*
 * Bad calls of every function of the header, for both scalars: the right status, an error that names argument and
 * entry, and nothing written but *error. Every call is made twice, with and without a place for the error, on
 * arrays that are exactly as long as they must be, so that a sanitizer or valgrind sees who leaves them.
 *
 * A case is a change of a good call, which setup() lays out anew: BAD(change, status, argument), and BAD_AT with the
 * entry at fault. The bad_*.h files are the cases, one file a part of the header; each is included for both scalars.
 */
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sinkhorn.h"

enum { N = 6, M = 4, D = 2, LEVELS = 3, BATCH = 3, NOTE = 40, MOST = 64 };
#define NOWHERE SIZE_MAX

/* An address that is no multiple of anything. */
#define ODD(pointer) ((void *)((char *)(void *)(pointer) + 1))

static int calls, failures;
static const char *scalar = "";

static void complain(const char *file, int line, const char *what, const char *detail) {
  printf("%s:%d (%s): %s: %s\n", file, line, scalar, what, detail);
  failures++;
}

#define EXPECT(condition)                                            \
  do {                                                               \
    calls++;                                                         \
    if (!(condition)) complain(__FILE__, __LINE__, "not so", #condition); \
  } while (0)

/* Memory of a case: all is freed by release(); changed() tells whether what is watched is not what it was. */
static struct {
  void *memory, *copy;
  size_t bytes;
  int owned;
} lent[MOST];
static size_t lent_count;

static void *allocate(size_t bytes) {
  void *memory = malloc(bytes);
  if (memory == NULL) {
    puts("no memory");
    exit(1);
  }
  return memory;
}

static void watch(const void *memory, size_t bytes, int owned) {
  union {
    const void *read;
    void *write;
  } pointer;
  if (lent_count == MOST) {
    puts("too many arrays");
    exit(1);
  }
  pointer.read = memory;
  lent[lent_count].memory = pointer.write;
  lent[lent_count].copy = bytes > 0 ? allocate(bytes) : NULL;
  lent[lent_count].bytes = bytes;
  lent[lent_count++].owned = owned;
}

/* Bytes behind all memory that is lent: for cases that put longer arrays there. */
static size_t room;

static void *lend(size_t bytes) {
  void *memory = memset(allocate(bytes + room), 0x5a, bytes + room);
  watch(memory, bytes, 1);
  return memory;
}

/* Memory that a call may write to whatever becomes of it; not initialised, so that valgrind sees it read. */
static void *lend_scratch(size_t bytes) {
  void *memory = allocate(bytes + room);
  watch(memory, 0, 1);
  lent[lent_count - 1].memory = memory;
  return memory;
}

static void release(void) {
  while (lent_count > 0) {
    lent_count--;
    free(lent[lent_count].copy);
    if (lent[lent_count].owned) free(lent[lent_count].memory);
  }
}

static void snapshot(void) {
  size_t i;
  for (i = 0; i < lent_count; i++)
    if (lent[i].bytes > 0) memcpy(lent[i].copy, lent[i].memory, lent[i].bytes);
}

static int changed(void) {
  size_t i;
  for (i = 0; i < lent_count; i++)
    if (lent[i].bytes > 0 && memcmp(lent[i].copy, lent[i].memory, lent[i].bytes) != 0) return 1;
  return 0;
}

typedef sinkhorn_status call_function(sinkhorn_error *error);
typedef void setup_function(void);

static int fill_is(const void *memory, size_t bytes, int fill) {
  const unsigned char *byte = memory;
  while (bytes > 0)
    if (byte[--bytes] != fill) return 0;
  return 1;
}

/* argument NULL: whatever; for errors whose text is none of the library's making. */
static void refused(const char *file, int line, call_function *call, sinkhorn_status status, const char *argument,
                    size_t row, size_t column) {
  sinkhorn_error *error = memset(allocate(sizeof *error), 0x5a, sizeof *error);
  sinkhorn_status returned, silent;
  const char *said;
  char what[160];
  snapshot();
  returned = call(error);
  said = memchr(error->message, 0, sizeof error->message) != NULL ? error->message : sinkhorn_status_text(returned);
  if (changed()) complain(file, line, "something was written", said);
  /* A call that was not refused has had its effects. */
  silent = returned == status ? call(NULL) : returned;
  if (changed()) complain(file, line, "something was written, with or without an error", said);
  calls += 2;
  sprintf(what, "status %d, without an error %d, expected %d", (int)returned, (int)silent, (int)status);
  if (returned != status || silent != status) complain(file, line, what, said);
  if (returned >= 0) {
    if (!fill_is(error, sizeof *error, 0x5a)) complain(file, line, "an error was written", "by a good call");
  } else if (fill_is(error, sizeof *error, 0x5a)) {
    complain(file, line, "no error was written", sinkhorn_status_text(returned));
  } else {
    if (error->status != returned) complain(file, line, "status of the error", said);
    if (memchr(error->message, 0, sizeof error->message) == NULL || strchr(error->message, '\n') != NULL ||
        strlen(error->message) < 5)
      complain(file, line, "the message is no line", "");
    else if (argument != NULL && (strcmp(error->argument, argument) != 0 || strstr(error->message, argument) == NULL)) {
      sprintf(what, "argument is \"%.20s\", not \"%.20s\"", error->argument, argument);
      complain(file, line, what, error->message);
    }
    if (error->row != row || error->column != column) complain(file, line, "place", said);
  }
  free(error);
}

#define CASE_STATUS(change, status, argument, row, column)               \
  do {                                                                   \
    setup();                                                             \
    change;                                                              \
    refused(__FILE__, __LINE__, call, status, argument, row, column);    \
    release();                                                           \
  } while (0)
#define BAD_AT(change, status, argument, row, column) \
  CASE_STATUS(change, SINKHORN_ERROR_##status, argument, row, column)
#define BAD(change, status, argument) BAD_AT(change, status, argument, NOWHERE, NOWHERE)

/* Memory over other memory, which may be shorter. */
#define ALIASED(change, argument)       \
  do {                                  \
    room = 4096;                        \
    BAD(change, ALIASING, argument);    \
    room = 0;                           \
  } while (0)

/* A call whose error lies where it must not: the status alone, as the error is written in any case. */
#define BAD_ERROR(place)                                      \
  do {                                                        \
    room = sizeof(sinkhorn_error);                            \
    setup();                                                  \
    EXPECT(call((void *)(place)) == SINKHORN_ERROR_ALIASING); \
    release();                                                \
    room = 0;                                                 \
  } while (0)

/* The same of an error that is not aligned: nothing at all is written. */
#define ODD_ERROR()                                                             \
  do {                                                                          \
    char *room;                                                                 \
    setup();                                                                    \
    room = lend(sizeof(sinkhorn_error) + 1);                                    \
    snapshot();                                                                 \
    EXPECT(call((void *)(room + 1)) == SINKHORN_ERROR_MISALIGNED && !changed());\
    release();                                                                  \
  } while (0)

/* The good call that all cases are changes of; its status, and the error untouched. */
#define GOOD(change)                                                                    \
  do {                                                                                  \
    sinkhorn_error unused;                                                              \
    memset(&unused, 0x5a, sizeof unused);                                               \
    setup();                                                                            \
    change;                                                                             \
    calls++;                                                                            \
    if (call(&unused) != SINKHORN_OK) complain(__FILE__, __LINE__, "a good call", unused.message); \
    else if (!fill_is(&unused, sizeof unused, 0x5a)) complain(__FILE__, __LINE__, "a good call", "wrote an error"); \
    if (call(NULL) != SINKHORN_OK) complain(__FILE__, __LINE__, "a good call", "without an error");    \
    release();                                                                          \
  } while (0)

/* Every wrong struct_size of a struct that a case can reach. */
#define BAD_STRUCT(pointer, argument)                                         \
  BAD((pointer)->struct_size = 0, STRUCT_SIZE, argument);                     \
  BAD((pointer)->struct_size -= 1, STRUCT_SIZE, argument);                    \
  BAD((pointer)->struct_size += 1, STRUCT_SIZE, argument);                    \
  BAD((pointer)->struct_size = SIZE_MAX, STRUCT_SIZE, argument);              \
  BAD((pointer) = ODD(pointer), MISALIGNED, argument)

/* What a start of the callbacks' cases does. */
typedef enum {
  NOTHING_WRITTEN,
  NUMBERS,
  LAST_NUMBER,
  REFUSED_BY_ANOTHER,
  NULL_POINTERS,
  MISALIGNED_POINTERS
} what_start_does;

#define T NAME(t_)

#define SCALAR double
#define NAME(stem) stem##f64
#define OTHER(stem) stem##f32
#define LARGEST DBL_MAX
#include "bad_setup.h"
#include "bad_solve.h"
#include "bad_values.h"
#include "bad_callbacks.h"
#include "bad_solution.h"
#include "bad_derivatives.h"
#include "bad_divergence.h"
#include "bad_soft.h"
#include "bad_batch.h"
#undef SCALAR
#undef NAME
#undef OTHER
#undef LARGEST

#define SCALAR float
#define NAME(stem) stem##f32
#define OTHER(stem) stem##f64
#define LARGEST FLT_MAX
#include "bad_setup.h"
#include "bad_solve.h"
#include "bad_values.h"
#include "bad_callbacks.h"
#include "bad_solution.h"
#include "bad_derivatives.h"
#include "bad_divergence.h"
#include "bad_soft.h"
#include "bad_batch.h"

#define ALL(name)              \
  scalar = #name;              \
  solve_cases_##name();        \
  value_cases_##name();        \
  callback_cases_##name();     \
  solution_cases_##name();     \
  derivative_cases_##name();   \
  divergence_cases_##name();   \
  soft_cases_##name();         \
  batch_cases_##name()

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  ALL(f64);
  ALL(f32);
  printf("%d bad calls, %d failures\n", calls, failures);
  return failures != 0;
}
