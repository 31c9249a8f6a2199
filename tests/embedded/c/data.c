#include <string.h>

#include "jobs.h"

float memory[MEMORY_LEN];
float pair_x[2 * MOST], pair_y[2 * MOST];

uint32_t random_next(uint32_t *state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

void random_uniform(uint32_t seed, float width, float corner, float *values, size_t count) {
  for (size_t k = 0; k < count; k++) values[k] = corner + width * ((float)random_next(&seed) / (float)(1 << 24));
}

uint32_t hash_add(uint32_t hash, const float *values, size_t count) {
  for (size_t k = 0; k < count; k++) {
    uint32_t bits;
    memcpy(&bits, &values[k], sizeof bits);
    for (int byte = 0; byte < 4; byte++, bits >>= 8) hash = (hash ^ (bits & 0xff)) * 0x01000193u;
  }
  return hash;
}
