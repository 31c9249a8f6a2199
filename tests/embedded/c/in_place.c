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

/* The transport cost in squared bins, or a negative number where the call was bad. */
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
                                   .epsilon = 2.0f,
                                   .max_sweeps = 100}; /* what the time until the next window allows */
  float value = 0;
  for (int i = 0; i < BINS; i++) {
    for (int j = 0; j < BINS; j++) cost[i * BINS + j] = (float)((i - j) * (i - j));
  }
  if (sinkhorn_solve_in_place_f32(&problem, 0) < 0) return -1.0f;
  for (int i = 0; i < BINS; i++) value += weights[i] * f[i] + reference[i] * g[i];
  return value;
}

int main(void) {
  const float cold = distance_to_reference(seen), warm = distance_to_reference(seen);
  return cold > 3.0f && warm > 3.0f ? 0 : 1; /* the histogram is the reference, two bins on */
}
