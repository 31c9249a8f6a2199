/*
 * Many small problems of any sizes in one call, cold and warm, with a bad one among them.
 *
 *   cc -std=c99 -O2 batch.c $(pkg-config --cflags --libs sinkhorn) -o batch
 *   ./batch data                      (the folder with digits.csv: "data" unless given)
 *
 * Problem k is between the images k and k + 1 of handwritten digits: their points are the pixels with ink, some 20 to
 * 50 in the plane, and their weights are the ink. After a first batch all points of the first sides are turned by
 * three degrees, as in a loop of registration, and the batch is solved again: cold, from the automatic start, and
 * warm, from the potentials of the first batch. Problem 100 has a point that is NaN: its report tells so, and the
 * others are solved.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sinkhorn.h"

enum { SIDE = 8, BINS = SIDE * SIDE, PROBLEMS = 200, BAD = 100, IMAGES = PROBLEMS + 1, THREADS = 2 };

typedef struct {
  float points[BINS][2];
  float weights[BINS]; /* adds up to 1 */
  size_t count;
} Cloud;

/* Reads clouds of inked pixels, one image a line. Returns 0 and says why if it cannot. */
static int read_clouds(const char *folder, Cloud *clouds) {
  char path[1024];
  FILE *file;
  int i, k, pixel, label, good = 1;

  if (snprintf(path, sizeof path, "%s/digits.csv", folder) >= (int)sizeof path || !(file = fopen(path, "r"))) {
    fprintf(stderr, "cannot open %s/digits.csv\n", folder);
    return 0;
  }
  for (i = 0; i < IMAGES && good; i++) {
    Cloud *cloud = &clouds[i];
    float sum = 0;
    for (k = 0; k < BINS && good; k++) {
      good = fscanf(file, "%d,", &pixel) == 1 && pixel >= 0 && pixel <= 16;
      if (!good || pixel == 0) continue;
      cloud->points[cloud->count][0] = (float)(k % SIDE);
      cloud->points[cloud->count][1] = (float)(k / SIDE);
      cloud->weights[cloud->count++] = (float)pixel;
      sum += (float)pixel;
    }
    good = good && sum > 0 && fscanf(file, "%d", &label) == 1;
    for (k = 0; k < (int)cloud->count; k++) cloud->weights[k] /= sum;
    if (!good) fprintf(stderr, "%s: line %d is not 64 pixels from 0 to 16, not all of them 0, and a digit\n", path, i + 1);
  }
  fclose(file);
  return good;
}

/* Turns a cloud about the middle of its image. */
static void turn(Cloud *cloud, float degrees) {
  const float middle = (SIDE - 1) / 2.0f, angle = degrees * 3.14159265f / 180, c = cosf(angle), s = sinf(angle);
  size_t k;

  for (k = 0; k < cloud->count; k++) {
    const float right = cloud->points[k][0] - middle, down = cloud->points[k][1] - middle;
    cloud->points[k][0] = middle + c * right - s * down;
    cloud->points[k][1] = middle + s * right + c * down;
  }
}

static double seconds(void) {
  struct timespec now;
  return timespec_get(&now, TIME_UTC) == TIME_UTC ? (double)now.tv_sec + 1e-9 * (double)now.tv_nsec : 0;
}
