"""The seed's MLP (512-256-128-2, batch 1) as a bare C loop over its weights, compiled by cc: the limit that the caches' bandwidth sets."""
import os
import subprocess
import tempfile

LOOP = r"""
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
static float *w[3], *b[3];
static const int size[4] = {512, 256, 128, 2};
static void layer(const float *restrict w, const float *restrict b, const float *restrict x, float *restrict y, int n, int m, int relu) {
  int o = 0;
  for (; o + 4 <= n; o += 4) {
    const float *r0 = w + (size_t)o * m, *r1 = r0 + m, *r2 = r1 + m, *r3 = r2 + m;
    float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (int i = 0; i < m; i++) { s0 += r0[i] * x[i]; s1 += r1[i] * x[i]; s2 += r2[i] * x[i]; s3 += r3[i] * x[i]; }
    y[o] = s0 + b[o]; y[o + 1] = s1 + b[o + 1]; y[o + 2] = s2 + b[o + 2]; y[o + 3] = s3 + b[o + 3];
  }
  for (; o < n; o++) { float s = 0; for (int i = 0; i < m; i++) s += w[(size_t)o * m + i] * x[i]; y[o] = s + b[o]; }
  if (relu) for (int i = 0; i < n; i++) y[i] = y[i] > 0 ? y[i] : 0;
}
int main(int argc, char **argv) {
  float *x = aligned_alloc(64, 2048), *h[3];
  FILE *f = fopen(argv[1], "rb");
  for (int l = 0; l < 3; l++) {
    size_t n = (size_t)size[l] * size[l + 1];
    w[l] = aligned_alloc(64, (n * 4 + 63) / 64 * 64); b[l] = aligned_alloc(64, 1024 + 64); h[l] = aligned_alloc(64, 1024 + 64);
    if (fread(w[l], 4, n, f) != n || fread(b[l], 4, size[l + 1], f) != (size_t)size[l + 1]) return 1;
  }
  if (fread(x, 4, 512, f) != 512) return 1;
  int count = atoi(argv[2]);
  for (int k = 0; k < count; k++) {
    struct timespec t0, t1;
    clock_gettime(CLOCK_MONOTONIC, &t0);
    layer(w[0], b[0], x, h[0], 256, 512, 1); layer(w[1], b[1], h[0], h[1], 128, 256, 1); layer(w[2], b[2], h[1], h[2], 2, 128, 0);
    clock_gettime(CLOCK_MONOTONIC, &t1);
    printf("%.9f\n", (t1.tv_sec - t0.tv_sec) + 1e-9 * (t1.tv_nsec - t0.tv_nsec));
  }
  fprintf(stderr, "%g %g\n", h[2][0], h[2][1]);
  return 0;
}
"""


class BareLoop:
    form = "C loop"

    def __init__(self, data, want):
        """`data`: the bytes of weight and bias of each layer, then of one input; `want`: the two outputs for it."""
        self.folder = tempfile.TemporaryDirectory()
        source, self.program, self.data = [os.path.join(self.folder.name, n) for n in ("loop.c", "loop", "weights")]
        with open(source, "w") as f:
            f.write(LOOP)
        with open(self.data, "wb") as f:
            f.write(data)
        subprocess.run(["cc", "-O3", "-march=native", "-ffast-math", "-mprefer-vector-width=512", source, "-o", self.program], check=True)
        got = subprocess.run([self.program, self.data, "1"], capture_output=True, text=True, check=True).stderr.split()
        for g, w in zip(got, want):
            assert abs(float(g) - w) < 1e-4, (got, want)
        self.error = None

    def times(self, count):
        """Seconds of each of `count` calls."""
        done = subprocess.run([self.program, self.data, str(count + 50)], capture_output=True, text=True, check=True)
        return [float(v) for v in done.stdout.split()][50:]

    def close(self):
        self.folder.cleanup()
