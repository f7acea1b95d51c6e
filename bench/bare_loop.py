"""The seed's MLP (512-256-128-2, batch 1) as a bare C loop over its weights, compiled by cc: the limit that the caches' bandwidth sets."""
import ctypes
import os
import subprocess
import tempfile

LOOP = r"""
#include <stdlib.h>
#include <string.h>
#include <time.h>
static float *w[3], *b[3], *h[3], *x;
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
void load(const char *data) {
  for (int l = 0; l < 3; l++) {
    size_t n = (size_t)size[l] * size[l + 1] * 4;
    w[l] = aligned_alloc(64, (n + 63) / 64 * 64); b[l] = aligned_alloc(64, 1024 + 64); h[l] = aligned_alloc(64, 1024 + 64);
    memcpy(w[l], data, n); data += n;
    memcpy(b[l], data, size[l + 1] * 4); data += size[l + 1] * 4;
  }
  x = aligned_alloc(64, 2048);
  memcpy(x, data, 2048);
}
void run(int count, double *seconds, float *result) {
  for (int k = 0; k < count; k++) {
    struct timespec t0, t1;
    clock_gettime(CLOCK_MONOTONIC, &t0);
    layer(w[0], b[0], x, h[0], 256, 512, 1); layer(w[1], b[1], h[0], h[1], 128, 256, 1); layer(w[2], b[2], h[1], h[2], 2, 128, 0);
    clock_gettime(CLOCK_MONOTONIC, &t1);
    seconds[k] = (t1.tv_sec - t0.tv_sec) + 1e-9 * (t1.tv_nsec - t0.tv_nsec);
  }
  result[0] = h[2][0]; result[1] = h[2][1];
}
"""


class BareLoop:
    form = "C loop"

    def __init__(self, data, want):
        """`data`: the bytes of weight and bias of each layer, then of one input; `want`: the two outputs for it."""
        with tempfile.TemporaryDirectory() as folder:
            source, library = os.path.join(folder, "loop.c"), os.path.join(folder, "loop.so")
            with open(source, "w") as f:
                f.write(LOOP)
            subprocess.run(["cc", "-O3", "-march=native", "-ffast-math", "-mprefer-vector-width=512", "-shared", "-fPIC", source, "-o", library], check=True)
            self.library = ctypes.CDLL(library)
        self.library.load(data)
        self.result = (ctypes.c_float * 2)()
        self.error = None
        self.times(1)
        for g, w in zip(self.result, want):
            assert abs(g - w) < 1e-4, (list(self.result), want)

    def times(self, count):
        """Seconds of each of `count` calls, in this process."""
        seconds = (ctypes.c_double * count)()
        self.library.run(count, seconds, self.result)
        return list(seconds)

    def close(self):
        pass
