/* The numbers of statuses and choices, which never change, their texts, and what every version of a struct has. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "sinkhorn.h"

static int checks, failures;

static void pinned(const char *name, long value, long expected) {
  checks++;
  if (value == expected) return;
  printf("%s is %ld, not %ld\n", name, value, expected);
  failures++;
}

#define PINNED(name, expected) pinned(#name, (long)SINKHORN_##name, expected)
#define FIRST(type)                                                                                \
  pinned("struct_size of " #type "_f64", (long)offsetof(sinkhorn_##type##_f64, struct_size), 0); \
  pinned("struct_size of " #type "_f32", (long)offsetof(sinkhorn_##type##_f32, struct_size), 0)

static const int known[] = {0, 1, 2, 3, 4, 5, -1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12, -13, -14, -15,
                            -16, -17, -18, -19, -20, -21};

static void texts(void) {
  const size_t count = sizeof known / sizeof *known;
  size_t i, j;
  long status;
  for (status = -300; status <= 300; status++) {
    int is_known = 0;
    for (i = 0; i < count; i++) is_known = is_known || known[i] == status;
    checks++;
    if ((strcmp(sinkhorn_status_text((sinkhorn_status)status), "unknown status") != 0) == is_known) continue;
    printf("text of %ld: %s\n", status, sinkhorn_status_text((sinkhorn_status)status));
    failures++;
  }
  for (status = -300; status <= 300; status++) {
    const int has_remedy = strlen(sinkhorn_status_remedy((sinkhorn_status)status)) > 0;
    pinned("has a remedy", has_remedy,
           status == SINKHORN_SWEEP_LIMIT || status == SINKHORN_PRECISION_FLOOR || status == SINKHORN_ERROR_INFEASIBLE);
  }
  for (i = 0; i < count; i++)
    for (j = 0; j < i; j++)
      pinned("texts that are alike", strcmp(sinkhorn_status_text(known[i]), sinkhorn_status_text(known[j])) == 0, 0);
  pinned("the text of the largest", strcmp(sinkhorn_status_text(INT32_MAX), "unknown status"), 0);
  pinned("the text of the smallest", strcmp(sinkhorn_status_text(INT32_MIN), "unknown status"), 0);
}

int main(void) {
  char version[32];
  PINNED(OK, 0);
  PINNED(CONVERGED, 0);
  PINNED(SWEEP_LIMIT, 1);
  PINNED(PRECISION_FLOOR, 2);
  PINNED(STOPPED, 3);
  PINNED(RUNNING, 4);
  PINNED(ITERATION_LIMIT, 5);
  PINNED(ERROR_EMPTY, -1);
  PINNED(ERROR_NOT_FINITE, -2);
  PINNED(ERROR_NEGATIVE, -3);
  PINNED(ERROR_NOT_POSITIVE, -4);
  PINNED(ERROR_OUT_OF_RANGE, -5);
  PINNED(ERROR_LENGTH, -6);
  PINNED(ERROR_RAGGED, -7);
  PINNED(ERROR_NO_MASS, -8);
  PINNED(ERROR_UNEQUAL_MASS, -9);
  PINNED(ERROR_OVERFLOW, -10);
  PINNED(ERROR_WORKSPACE, -11);
  PINNED(ERROR_TOO_LARGE, -12);
  PINNED(ERROR_UNSUPPORTED, -13);
  PINNED(ERROR_NULL_POINTER, -14);
  PINNED(ERROR_STRUCT_SIZE, -15);
  PINNED(ERROR_MISALIGNED, -16);
  PINNED(ERROR_ALIASING, -17);
  PINNED(ERROR_INTERNAL, -18);
  PINNED(ERROR_HANDLE, -19);
  PINNED(ERROR_BELOW_RESOLUTION, -20);
  PINNED(ERROR_INFEASIBLE, -21);
  PINNED(WROTE_F, 0);
  PINNED(WROTE_G, 1);
  PINNED(WROTE_BOTH, 2);
  PINNED(TERM_BETWEEN, 0);
  PINNED(TERM_WITHIN_X, 1);
  PINNED(TERM_WITHIN_Y, 2);
  PINNED(SOFT_START_MONOTONE, 0);
  PINNED(SOFT_START_ZERO, 1);
  PINNED(COST_SQUARED_EUCLIDEAN, 0);
  PINNED(COST_EUCLIDEAN, 1);
  PINNED(COST_MANHATTAN, 2);
  PINNED(COST_P_NORM, 3);
  PINNED(COST_COSINE, 4);
  PINNED(COST_CUSTOM, 5);
  PINNED(EPSILON_DEFAULT, 0);
  PINNED(EPSILON_ABSOLUTE, 1);
  PINNED(EPSILON_OF_MEAN, 2);
  PINNED(EPSILON_OF_STD, 3);
  PINNED(SCALE_ONE, 0);
  PINNED(SCALE_MEAN, 1);
  PINNED(SCALE_STD, 2);
  PINNED(SCALE_MAX, 3);
  PINNED(SCALE_GIVEN, 4);
  PINNED(ORDER_ROW_MAJOR, 0);
  PINNED(ORDER_COLUMN_MAJOR, 1);
  PINNED(ACCELERATION_DEFAULT, 0);
  PINNED(ACCELERATION_PLAIN, 1);
  PINNED(ACCELERATION_RELAXATION, 2);
  PINNED(ACCELERATION_ADAPTIVE_RELAXATION, 3);
  PINNED(ACCELERATION_ANDERSON, 4);
  PINNED(STORAGE_STREAM, 0);
  PINNED(STORAGE_COST, 1);
  PINNED(STORAGE_KERNEL, 2);
  PINNED(STORAGE_AUTO, 3);
  PINNED(SKIPPING_AUTO, 0);
  PINNED(SKIPPING_OFF, 1);
  PINNED(SKIPPING_ON, 2);
  PINNED(SIMD_BEST, 0);
  PINNED(SIMD_PORTABLE, 1);
  PINNED(SIMD_NEON, 2);
  PINNED(SIMD_AVX2, 3);
  PINNED(SIMD_AVX512, 4);
  PINNED(SIMD_SSE42, 5);
  PINNED(SIMD_WASM, 6);
  PINNED(DEFAULT_MEMORY, 10);
  PINNED(MESSAGE_LEN, 192);
  texts();

  FIRST(problem);
  FIRST(settings);
  FIRST(report);
  FIRST(observation);
  FIRST(derivative_settings);
  FIRST(gradients);
  FIRST(cotangent);
  FIRST(linear_report);
  FIRST(tangent);
  FIRST(changes);
  FIRST(soft_settings);
  /* The layout of the error never changes. */
  pinned("status", (long)offsetof(sinkhorn_error, status), 0);
  pinned("argument", (long)offsetof(sinkhorn_error, argument), (long)sizeof(void *));
  pinned("row", (long)offsetof(sinkhorn_error, row), 2 * (long)sizeof(void *));
  pinned("column", (long)offsetof(sinkhorn_error, column), 3 * (long)sizeof(void *));
  pinned("value", (long)(offsetof(sinkhorn_error, value) % sizeof(double)), 0);
  pinned("message", (long)offsetof(sinkhorn_error, message), (long)(offsetof(sinkhorn_error, value) + sizeof(double)));
  pinned("error", (long)sizeof(sinkhorn_error), (long)(offsetof(sinkhorn_error, message) + SINKHORN_MESSAGE_LEN));
  pinned("a status", (long)sizeof(sinkhorn_status), 4);

  pinned("the version", (long)sinkhorn_version(), SINKHORN_VERSION);
  sprintf(version, "%d.%d.%d", SINKHORN_VERSION_MAJOR, SINKHORN_VERSION_MINOR, SINKHORN_VERSION_PATCH);
  pinned("the version as text", strcmp(version, sinkhorn_version_string()), 0);
  printf("%d numbers and texts, %d failures\n", checks, failures);
  return failures != 0;
}
