/**
 * The error function, to about 1e-15. Below 3 by the series e^(-x^2) * sum of 2^n x^(2n+1) / (2n+1)!!, whose
 * terms are all positive (Abramowitz and Stegun 7.1.6); above by the continued fraction of erfc (7.1.14).
 */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (Number.isNaN(x)) return x;
  let y: number;
  if (a > 6) y = 1;
  else if (a < 3) {
    let term = a;
    let sum = a;
    for (let n = 1; term > sum * 1e-17; n++) {
      term *= (2 * a * a) / (2 * n + 1);
      sum += term;
    }
    y = (2 / Math.sqrt(Math.PI)) * Math.exp(-a * a) * sum;
  } else {
    let fraction = 0;
    for (let n = 60; n >= 1; n--) fraction = n / 2 / (a + fraction);
    y = 1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * (a + fraction));
  }
  return x < 0 ? -y : y;
}
