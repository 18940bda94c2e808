"""Make sequences.csv: 40 synthetic paths through four states, with whole weights, from seed 7."""

import csv
import random
from pathlib import Path

NEXT = {"S": "SUET", "U": "UEET", "E": "EEUT", "T": "TET"}


def main():
    draw = random.Random(7)
    with Path("sequences.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["path", "weight", "group"])
        for number in range(40):
            state, path = draw.choice("SSUE"), ""
            for _ in range(12):
                path += state
                if draw.random() < 0.25:
                    state = draw.choice(NEXT[state])
            writer.writerow([path, draw.randint(1, 4), "ab"[number % 2]])


if __name__ == "__main__":
    main()
