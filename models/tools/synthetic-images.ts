import type { Random } from "@matchmul/common";

const SIDE = 32;

type Colour = [number, number, number];
/** How much of a shape covers a pixel: 0 or 1. */
type Shape = (x: number, y: number) => boolean;

const colour = (random: Random): Colour => [0, 1, 2].map(() => random.integer(0, 255)) as Colour;

/** A turned ellipse or rectangle somewhere in the image. */
function shape(random: Random): Shape {
  const [cx, cy] = [random.integer(4, 27), random.integer(4, 27)];
  const [rx, ry] = [random.integer(2, 14), random.integer(2, 14)];
  const angle = random.next() * Math.PI;
  const round = random.next() < 0.6;
  return (x, y) => {
    const u = ((x - cx) * Math.cos(angle) + (y - cy) * Math.sin(angle)) / rx;
    const v = ((y - cy) * Math.cos(angle) - (x - cx) * Math.sin(angle)) / ry;
    return round ? u * u + v * v <= 1 : Math.max(Math.abs(u), Math.abs(v)) <= 1;
  };
}

/**
 * A picture of nothing, 32 x 32 x 3 bytes: a gradient, waves, a few shapes, noise. For tests that need images and not
 * what is in them, since the photographs of CIFAR-10 cannot be passed on.
 */
export function syntheticImage(random: Random): Uint8Array {
  const [top, bottom] = [colour(random), colour(random)];
  const shapes = Array.from({ length: random.integer(1, 5) }, () => ({
    inside: shape(random),
    colour: colour(random),
  }));
  const waves = { x: random.next() * 1.5, y: random.next() * 1.5, height: random.integer(0, 40) };
  const noise = random.integer(0, 16);
  const image = new Uint8ClampedArray(SIDE * SIDE * 3);
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const over = shapes.findLast(({ inside }) => inside(x, y));
      const wave = waves.height * Math.sin(waves.x * x + waves.y * y);
      for (let c = 0; c < 3; c++) {
        const ground = top[c] + ((bottom[c] - top[c]) * y) / (SIDE - 1) + wave;
        image[(y * SIDE + x) * 3 + c] = (over?.colour[c] ?? ground) + random.integer(-noise, noise);
      }
    }
  return new Uint8Array(image.buffer);
}
