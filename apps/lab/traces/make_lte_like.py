#!/usr/bin/env python3
"""Makes lte_like.csv: an uplink at the edge of a cell, made up, no recording.

Two states that last a few seconds each (a Markov chain): fair coverage around 2.5 Mbit/s, poor coverage around
0.3 Mbit/s. Inside a state the logarithm of the rate follows a first-order autoregression, as fading does. The
downlink is three times the uplink. The seed makes the file the same everywhere:

    python3 make_lte_like.py > lte_like.csv
"""
import math
import random

SEED, STEP_S, LENGTH_S = 11, 0.2, 30.0
STATES = {"fair": (2.5, 0.30), "poor": (0.30, 0.18)}  # median Mbit/s, spread of log rate
MEAN_STAY_S = 5.0


def main():
    draw = random.Random(SEED)
    state, wobble = "fair", 0.0
    print("time_s,uplink_mbps,downlink_mbps")
    for step in range(int(LENGTH_S / STEP_S)):
        if draw.random() < STEP_S / MEAN_STAY_S:
            state = "poor" if state == "fair" else "fair"
        median, spread = STATES[state]
        wobble = 0.8 * wobble + math.sqrt(1 - 0.8**2) * draw.gauss(0, spread)
        rate = median * math.exp(wobble)
        print(f"{step * STEP_S:.1f},{rate:.3f},{3 * rate:.3f}")


if __name__ == "__main__":
    main()
