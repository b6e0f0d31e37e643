/* The tutorial's loop in C: what this machine can do, as far as a compiler can tell.

   A network of 2 inputs, HIDDEN tanh units and 2 outputs with softmax; ROWS rows, all in every pass. Sizes are known
   when this is compiled. Rows lie side by side (feature-major), so that every inner loop runs over rows and fills
   vectors; -ffast-math lets sums be reordered and tanh and exp become their vector versions (glibc's libmvec). gcc 12
   needs the pragmas: without them tanh stays scalar (8 times slower), or vectors stay half as wide.

   TANH_BY_EXP computes tanh z = 1 - 2 / (e^2z + 1): faster, and as exact as 1 is, but not relative to a tiny z. */

#include <math.h>

#ifdef TANH_BY_EXP
#define TANH(z) (1.0 - 2.0 / (exp(2.0 * (z)) + 1.0))
#else
#define TANH(z) tanh(z)
#endif

typedef double row_t[ROWS] __attribute__((aligned(64)));

static double x[2][ROWS] __attribute__((aligned(64)));
static double a[HIDDEN][ROWS] __attribute__((aligned(64)));
static row_t z0, z1, truth0, truth1;

/* z1 = a1 W2 + b2, unit by unit of the hidden layer a1 = tanh(x W1 + b1) */
static void forward(const double *W1, const double *b1, const double *W2, const double *b2) {
    for (int n = 0; n < ROWS; n++) z0[n] = b2[0], z1[n] = b2[1];
    for (int j = 0; j < HIDDEN; j++) {
        const double w0 = W1[j], w1 = W1[HIDDEN + j], b = b1[j], v0 = W2[2 * j], v1 = W2[2 * j + 1];
#pragma omp simd simdlen(8)
        for (int n = 0; n < ROWS; n++) {
            const double t = TANH(x[0][n] * w0 + x[1][n] * w1 + b);
            a[j][n] = t;
            z0[n] += t * v0;
            z1[n] += t * v1;
        }
    }
}

/* delta = softmax(z) - y, in place of z; and the step of b2 */
static void output(double *b2, double eta) {
    double db0 = 0.0, db1 = 0.0;
#pragma omp simd simdlen(8) reduction(+ : db0, db1)
    for (int n = 0; n < ROWS; n++) {
        const double e0 = exp(z0[n]), e1 = exp(z1[n]), share = 1.0 / (e0 + e1);
        z0[n] = e0 * share - truth0[n];
        z1[n] = e1 * share - truth1[n];
        db0 += z0[n];
        db1 += z1[n];
    }
    b2[0] -= eta * db0;
    b2[1] -= eta * db1;
}

/* The gradient and the step of everything else, again unit by unit */
static void backward(double *W1, double *b1, double *W2, double eta, double lam) {
    for (int j = 0; j < HIDDEN; j++) {
        const double v0 = W2[2 * j], v1 = W2[2 * j + 1];
        double dv0 = 0.0, dv1 = 0.0, dw0 = 0.0, dw1 = 0.0, db = 0.0;
#pragma omp simd simdlen(8) reduction(+ : dv0, dv1, dw0, dw1, db)
        for (int n = 0; n < ROWS; n++) {
            const double t = a[j][n], delta = (z0[n] * v0 + z1[n] * v1) * (1.0 - t * t);
            dv0 += t * z0[n];
            dv1 += t * z1[n];
            dw0 += x[0][n] * delta;
            dw1 += x[1][n] * delta;
            db += delta;
        }
        W1[j] -= eta * (dw0 + lam * W1[j]);
        W1[HIDDEN + j] -= eta * (dw1 + lam * W1[HIDDEN + j]);
        b1[j] -= eta * db;
        W2[2 * j] -= eta * (dv0 + lam * v0);
        W2[2 * j + 1] -= eta * (dv1 + lam * v1);
    }
}

/* X (ROWS, 2), y (ROWS), W1 (2, HIDDEN), b1, W2 (HIDDEN, 2), b2: weights are changed in place. eta and lam belong to
   the sum over the rows, as in the tutorial. */
void train(const double *X, const long *y, double *W1, double *b1, double *W2, double *b2, long passes, double eta,
           double lam) {
    for (int n = 0; n < ROWS; n++) {
        x[0][n] = X[2 * n], x[1][n] = X[2 * n + 1];
        truth0[n] = y[n] == 0, truth1[n] = y[n] == 1;
    }
    for (long pass = 0; pass < passes; pass++) {
        forward(W1, b1, W2, b2);
        output(b2, eta);
        backward(W1, b1, W2, eta, lam);
    }
}
