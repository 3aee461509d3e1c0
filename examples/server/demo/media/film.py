"""Waves on a beach from above, as raw frames for ffmpeg: see README.md."""

import sys

import numpy as np

WIDTH, HEIGHT, RATE, SECONDS = 960, 540, 25, 8
FRAMES = RATE * SECONDS
TURN = 2 * np.pi

x = (np.arange(WIDTH) + 0.5) / HEIGHT
y = ((np.arange(HEIGHT) + 0.5) / HEIGHT)[:, None]
chance = np.random.default_rng(7)


def colour(code):
    return np.array([code >> 16 & 255, code >> 8 & 255, code & 255], dtype=np.float64) / 255


DEEP, WATER, SHALLOW, FOAM = map(colour, (0x1C4F6E, 0x3F8A9B, 0x9CC5C9, 0xF4F7F2))
WET, DRY = map(colour, (0xC3A27C, 0xF3DFBC))


def smooth(size, count):
    """A soft random line over x that does not change with time."""
    total = np.zeros(WIDTH)
    for wave in range(1, count + 1):
        total += np.sin(x * wave * size + chance.uniform(0, TURN)) / wave
    return total / count


def mix(under, over, share):
    share = np.clip(share, 0, 1)[..., None]
    return under * (1 - share) + over * share


coast = 0.42 + 0.05 * smooth(2.1, 5)
lace = np.clip(sum(
    np.sin(x * a + TURN * b) * np.sin(y * c + TURN * d)
    for a, b, c, d in zip(chance.uniform(60, 150, 6), chance.random(6), chance.uniform(60, 150, 6), chance.random(6))
) / 6 + 0.6, 0, 1)
bends = [smooth(2.4, 6), smooth(3.1, 6), smooth(1.7, 5)]
swells = [(chance.uniform(4, 9), chance.uniform(24, 44), chance.integers(1, 4), chance.uniform(0, TURN)) for _ in range(7)]


def edge(time, wave):
    """How far down the beach the water of one of three waves reaches; each comes up once in the eight seconds."""
    phase = (time / SECONDS + wave / 3) % 1
    # Up fast, back slowly.
    run = np.sin(np.pi * phase ** 0.62) ** 1.35
    reach = (0.3, 0.22, 0.26)[wave]
    return coast - 0.1 + run * (reach + 0.07 * bends[wave]), phase


def wetness(time):
    """What the water left behind: the highest line of the last seconds, drying."""
    wet = np.zeros((HEIGHT, WIDTH))
    for back in np.linspace(0, 5, 21):
        line = np.max([edge(time - back, wave)[0] for wave in range(3)], axis=0)
        wet = np.maximum(wet, np.clip((line - y) * 160, 0, 1) * (1 - back / 5.6))
    return wet


for frame in range(FRAMES):
    time = frame / RATE
    picture = np.broadcast_to(DRY, (HEIGHT, WIDTH, 3)) * (1 - 0.05 * y)[..., None]
    picture = mix(picture, WET, wetness(time) * 0.85)
    for wave in (1, 2, 0):
        line, phase = edge(time, wave)
        depth = line - y
        inside = np.clip(depth * HEIGHT, 0, 1)
        film = 0.75 * (1 - phase * 0.75)
        picture = mix(picture, SHALLOW, inside * film)
        rim = np.clip(1 - depth / (0.012 + 0.03 * (1 - phase)), 0, 1) * inside
        picture = mix(picture, FOAM, rim * (0.35 + 0.65 * lace) * (1 - 0.5 * phase))
    sea = coast - 0.06 + 0.022 * np.sin(x * 3 + TURN * time / SECONDS) + 0.012 * np.sin(x * 7 - TURN * time / 4)
    depth = sea - y
    water = mix(np.broadcast_to(SHALLOW, (HEIGHT, WIDTH, 3)), WATER, depth * 6)
    water = mix(water, DEEP, (depth - 0.1) * 2.4)
    light = sum(np.sin(x * a + y * b + p + TURN * n * time / SECONDS) for a, b, n, p in swells) / len(swells)
    water = mix(water, FOAM, np.clip(light - 0.28, 0, 1) * 0.55)
    picture = mix(picture, water, np.clip(depth * 60, 0, 1))
    for wave in range(2):
        # Breakers on their way in.
        phase = (time / SECONDS * 2 + wave / 2) % 1
        crest = 0.02 + phase * (coast - 0.04) + 0.02 * bends[wave] + 0.01 * np.sin(x * 5 + wave)
        ahead = np.abs(y - crest)
        foam = np.clip(1 - ahead / (0.003 + 0.012 * phase), 0, 1) * phase * (1 - phase) * 3.2
        picture = mix(picture, FOAM, foam * (0.3 + 0.7 * lace))
    sys.stdout.buffer.write((np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8).tobytes())
