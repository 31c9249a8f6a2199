/*
 * Structs of other versions: a program that was compiled against an earlier or a later header runs with this library.
 * Every struct that carries its size is handed over with several of them, in memory that is exactly as long, so that a
 * sanitizer or valgrind sees who leaves it. What an earlier program lacks counts as zero; what a later one has beyond
 * this library must be zero, and is zero afterwards where the library writes.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sinkhorn.h"

enum { N = 3, M = 2, D = 2, LATER = 16, MOST = 256 };

static int checks, failures;

static void check(int line, int holds, const char *what) {
  checks++;
  if (holds) return;
  failures++;
  printf("struct_sizes.c:%d: %s\n", line, what);
}
#define CHECK(condition) check(__LINE__, condition, #condition)

static size_t size_of(const void *object) {
  size_t size;
  memcpy(&size, object, sizeof size);
  return size;
}

/* A struct of another size: the beginning of one that is known, or all of it and zeros. */
static void *of_size(const void *known, size_t size) {
  const size_t has = size_of(known);
  void *other = calloc(1, size);
  if (other == NULL) exit(1);
  memcpy(other, known, size < has ? size : has);
  memcpy(other, &size, sizeof size);
  return other;
}

/* What a library that knows less, or the same, makes of it: a struct of this version whose end is zero. */
static void *as_if_zero(const void *known, size_t size) {
  void *cut = of_size(known, size_of(known));
  if (size < size_of(known)) memset((char *)cut + size, 0, size_of(known) - size);
  return cut;
}

/* A call with the struct of a case, which is told with its results: one number of all of them. */
typedef sinkhorn_status call_function(void *object, uint64_t *results, sinkhorn_error *error);

static void add(uint64_t *results, const void *bytes, size_t count) {
  const unsigned char *byte = bytes;
  while (count-- > 0) *results = (*results ^ *byte++) * UINT64_C(1099511628211);
}

/* An input: any size from least on gives what zeros in its place give. */
static void input(int line, call_function *call, const void *known, size_t least, const char *argument) {
  const size_t full = size_of(known);
  sinkhorn_error error;
  uint64_t results = 0, expected;
  size_t size;
  void *object, *cut;
  for (size = least; size <= full + LATER; size += sizeof(void *)) {
    object = of_size(known, size), cut = as_if_zero(known, size);
    results = expected = 1;
    check(line, call(cut, &expected, &error) == call(object, &results, &error), "the status of another size");
    check(line, results == expected, "the results of another size");
    free(object), free(cut);
  }
  object = of_size(known, full + LATER);
  ((char *)object)[full + LATER - 1] = 1;
  check(line, call(object, &results, &error) == SINKHORN_ERROR_STRUCT_SIZE, "a field of a later version is set");
  check(line, strcmp(error.argument, argument) == 0 && error.value == (double)full, error.message);
  free(object);
  for (size = 0; size < least; size++) {
    object = of_size(known, full);
    memcpy(object, &size, sizeof size);
    check(line, call(object, &results, &error) == SINKHORN_ERROR_STRUCT_SIZE, "less than is needed");
    free(object);
  }
}

/* An output: as much is written as fits, and zeros beyond what this library knows. */
static void output(int line, call_function *call, size_t full, size_t least) {
  union {
    size_t align;
    char bytes[MOST + LATER];
  } known;
  sinkhorn_error error;
  uint64_t results;
  size_t size, k;
  memcpy(known.bytes, &full, sizeof full);
  check(line, call(&known, &results, &error) >= 0, "a good call");
  for (size = least; size <= full + LATER; size += sizeof(void *)) {
    const size_t shared = size < full ? size : full;
    unsigned char *object = malloc(size);
    if (object == NULL) exit(1);
    memset(object, 0x5a, size);
    memcpy(object, &size, sizeof size);
    check(line, call(object, &results, &error) >= 0, "an output of another size");
    check(line, size_of(object) == size, "its size");
    /* Padding at the end of this version's struct may have any bytes. */
    for (k = sizeof size; k + sizeof(uint32_t) < shared; k++)
      if (object[k] != (unsigned char)known.bytes[k]) check(line, 0, "an output of another size is another");
    for (k = full; k < size; k++)
      if (object[k] != 0) check(line, 0, "what the library does not know is not zero");
    free(object);
  }
  for (size = 0; size < least; size++) {
    memcpy(known.bytes, &size, sizeof size);
    check(line, call(&known, &results, &error) == SINKHORN_ERROR_STRUCT_SIZE, "less than is needed");
  }
}

/* The size up to a field: what a program has that was compiled before the field was there. */
#define BEFORE(type, field) ((offsetof(type, field) + sizeof(void *) - 1) / sizeof(void *) * sizeof(void *))

#define SCALAR double
#define NAME(stem) stem##f64
#include "struct_sizes_of_scalar.h"
#undef SCALAR
#undef NAME

#define SCALAR float
#define NAME(stem) stem##f32
#include "struct_sizes_of_scalar.h"

int main(void) {
  all_f64();
  all_f32();
  printf("%d checks, %d failures\n", checks, failures);
  return failures != 0;
}
