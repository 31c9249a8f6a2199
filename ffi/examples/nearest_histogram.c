/*
 * The nearest of many histograms: which digit is this image?
 *
 *   cc -std=c99 -O2 nearest_histogram.c $(pkg-config --cflags --libs sinkhorn) -o nearest_histogram
 *   ./nearest_histogram data          (the folder with digits.csv: "data" unless given)
 *
 * An image of 8 x 8 pixels is a histogram with 64 bins: where its ink is. Transport asks how far the ink of one image
 * must travel to make another, and so a stroke that is moved by a pixel costs little, where the Euclidean distance of
 * the pixels sees two different strokes. Both look for the nearest of 30 labelled images, here for 270 images as they
 * are and moved to the right by a pixel. The distance is the Sinkhorn divergence
 *
 *   S(a, b) = OT(a, b) - OT(a, a) / 2 - OT(b, b) / 2
 *
 * from one batch of small problems an image, which share one cost matrix. The marginals are relaxed: ink that would
 * have to travel far is left out at a price instead, so that a stroke that one writer makes and another does not
 * is no disaster. Memory is static; nothing is allocated here, and in the library only the pool of threads.
 */
#include <stdio.h>

#include "sinkhorn.h"

enum { SIDE = 8, BINS = SIDE * SIDE, REFERENCES = 30, QUERIES = 270, IMAGES = REFERENCES + QUERIES, THREADS = 2 };

typedef struct {
  float ink[BINS]; /* adds up to 1; zeros are legal weights */
  int label;
} Image;

static float cost[BINS * BINS];
static sinkhorn_problem_f32 problems[REFERENCES + 1];
static sinkhorn_report_f32 reports[REFERENCES + 1];
static sinkhorn_error errors[REFERENCES + 1];
static float workspace[THREADS * (SINKHORN_WORKSPACE_LEN(float, BINS, BINS, 0, SINKHORN_DEFAULT_MEMORY) +
                                  SINKHORN_KERNEL_LEN(BINS, BINS))];

/* Reads images, one a line: 64 pixels and the label, separated by commas. Returns 0 and says why if it cannot. */
static int read_images(const char *folder, Image *images, int count) {
  char path[1024];
  FILE *file;
  int i, k, pixel, good = 1;
  if (snprintf(path, sizeof path, "%s/digits.csv", folder) >= (int)sizeof path || !(file = fopen(path, "r"))) {
    fprintf(stderr, "cannot open %s/digits.csv\n", folder);
    return 0;
  }
  for (i = 0; i < count && good; i++) {
    for (k = 0; k < BINS && good; k++) {
      good = fscanf(file, "%d,", &pixel) == 1 && pixel >= 0 && pixel <= 16;
      images[i].ink[k] = (float)pixel;
    }
    good = good && fscanf(file, "%d", &images[i].label) == 1 && images[i].label >= 0 && images[i].label <= 9;
    if (!good) fprintf(stderr, "%s: line %d is not 64 pixels from 0 to 16 and a digit\n", path, i + 1);
  }
  fclose(file);
  return good;
}

/* The ink of every image adds up to 1. */
static void normalise(Image *image) {
  float sum = 0;
  int k;
  for (k = 0; k < BINS; k++) sum += image->ink[k];
  for (k = 0; k < BINS; k++) image->ink[k] /= sum; /* no ink at all: NaN, and the solver says so */
}

/* A column without ink comes in from the left, and what leaves at the right edge is lost. */
static void move_right(Image *image) {
  int k;
  for (k = BINS - 1; k >= 0; k--) image->ink[k] = k % SIDE == 0 ? 0 : image->ink[k - 1];
  normalise(image);
}

/* Solves the first count problems. Returns 0 and says why if one cannot be solved. */
static int solve(size_t count) {
  const sinkhorn_settings_f32 settings = {
      .struct_size = sizeof settings, .storage = SINKHORN_STORAGE_KERNEL, .threads = THREADS};
  const size_t len = sizeof workspace / sizeof *workspace;
  sinkhorn_error error;
  size_t k;
  reports[0].struct_size = sizeof *reports;
  if (sinkhorn_solve_batch_f32(problems, count, &settings, workspace, len, NULL, NULL, reports, errors, &error) < 0) {
    fprintf(stderr, "batch: %s\n", error.message);
    return 0;
  }
  for (k = 0; k < count; k++) {
    if (reports[k].status < 0) { /* above zero: not converged, and still usable */
      fprintf(stderr, "problem %u: %s\n", (unsigned)k, errors[k].message);
      return 0;
    }
  }
  return 1;
}

static float squared_distance(const float *p, const float *q) {
  float sum = 0;
  int k;
  for (k = 0; k < BINS; k++) sum += (p[k] - q[k]) * (p[k] - q[k]);
  return sum;
}

int main(int argc, char **argv) {
  static Image images[IMAGES];
  static float within[REFERENCES]; /* OT(b, b) of every reference */
  const sinkhorn_problem_f32 shared = {.struct_size = sizeof shared, .n = BINS, .m = BINS, .cost = cost,
                                       .rho_a = 1, .rho_b = 1, /* how dear leaving ink out is */
                                       .epsilon = 0.2f, /* the same for all three terms */
                                       .epsilon_kind = SINKHORN_EPSILON_ABSOLUTE};
  int i, j, moved;
  if (!read_images(argc > 1 ? argv[1] : "data", images, IMAGES)) return 1;
  for (i = 0; i < BINS; i++)
    for (j = 0; j < BINS; j++) {
      const int right = i % SIDE - j % SIDE, down = i / SIDE - j / SIDE;
      cost[i * BINS + j] = (float)(right * right + down * down);
    }
  for (i = 0; i < IMAGES; i++) normalise(&images[i]);
  for (i = 0; i <= REFERENCES; i++) problems[i] = shared;
  for (i = 0; i < REFERENCES; i++) problems[i].a = problems[i].b = images[i].ink;
  if (!solve(REFERENCES)) return 1;
  for (i = 0; i < REFERENCES; i++) within[i] = reports[i].objective;

  for (moved = 0; moved < 2; moved++) {
    int hits_by_transport = 0, hits_by_pixels = 0, sweeps = 0;
    printf("%s\n  digit  by transport (divergence)  by pixels\n", moved ? "moved by a pixel" : "as they are");
    for (i = 0; i < QUERIES; i++) {
      Image *query = &images[REFERENCES + i];
      int by_transport = 0, by_pixels = 0;
      if (moved) move_right(query);
      for (j = 0; j <= REFERENCES; j++) {
        problems[j].a = query->ink;
        problems[j].b = j < REFERENCES ? images[j].ink : query->ink; /* the last: the query against itself */
      }
      if (!solve(REFERENCES + 1)) return 1;
      for (j = 0; j < REFERENCES; j++) {
        sweeps += (int)reports[j].sweeps;
        if (reports[j].objective - within[j] / 2 < reports[by_transport].objective - within[by_transport] / 2)
          by_transport = j;
        if (squared_distance(query->ink, images[j].ink) < squared_distance(query->ink, images[by_pixels].ink))
          by_pixels = j;
      }
      hits_by_transport += images[by_transport].label == query->label;
      hits_by_pixels += images[by_pixels].label == query->label;
      if (i < 8)
        printf("  %5d %13d (%.3f) %18d\n", query->label, images[by_transport].label,
               reports[by_transport].objective - (within[by_transport] + reports[REFERENCES].objective) / 2,
               images[by_pixels].label);
    }
    printf("  right: %d by transport, %d by pixels, of %d; %.1f sweeps a problem\n", hits_by_transport, hits_by_pixels,
           QUERIES, (double)sweeps / (QUERIES * REFERENCES));
  }
  return 0;
}
