/* The smallest program: how far a histogram of readings is from a reference, again and again, each time from the
   potentials of the last. Everything is static, and nothing that this calls can panic or allocate. */
#include "sinkhorn.h"

enum { BINS = 16 };

static float cost[BINS * BINS], f[BINS], g[BINS], scratch[SINKHORN_IN_PLACE_LEN(BINS, BINS)];

/* What a sensor has seen, by bins; and what it should see. Both sum to 1. */
static const float reference[BINS] = {0.01f, 0.02f, 0.03f, 0.05f, 0.08f, 0.11f, 0.13f, 0.14f,
                                      0.13f, 0.11f, 0.08f, 0.05f, 0.03f, 0.02f, 0.01f, 0.00f};
static const float seen[BINS] = {0.00f, 0.00f, 0.01f, 0.02f, 0.03f, 0.05f, 0.08f, 0.11f,
                                 0.13f, 0.14f, 0.13f, 0.11f, 0.08f, 0.05f, 0.04f, 0.02f};

/* The entropic transport cost in squared bins: that of a histogram with itself is not 0, and is what to compare with.
   A negative number where there was no answer in time. */
static float distance_to_reference(const float *weights) {
  sinkhorn_in_place_f32 problem = {.struct_size = sizeof problem,
                                   .n = BINS,
                                   .m = BINS,
                                   .cost = cost,
                                   .a = weights,
                                   .b = reference,
                                   .f = f, /* zeros at first */
                                   .g = g,
                                   .scratch = scratch,
                                   .epsilon = 1.0f,
                                   .max_sweeps = 200}; /* what the time until the next window allows */
  sinkhorn_status status;
  float value = 0;
  int calls = 0;
  do { /* where f was far off, what underflow has taken is computed anew, from where the call before has come to */
    for (int i = 0; i < BINS; i++) {
      for (int j = 0; j < BINS; j++) cost[i * BINS + j] = (float)((i - j) * (i - j));
    }
    status = sinkhorn_solve_in_place_f32(&problem, 0);
  } while (status == SINKHORN_PRECISION_FLOOR && ++calls < 4);
  if (status != SINKHORN_CONVERGED) return -1.0f;
  for (int i = 0; i < BINS; i++) value += weights[i] * f[i] + reference[i] * g[i];
  return value;
}

int main(void) {
  const float same = distance_to_reference(reference), away = distance_to_reference(seen);
  /* Two bins, but for what the edge holds back. */
  return same >= 0.0f && away - same > 3.0f && away - same < 5.0f ? 0 : 1;
}
