"""Make ``survey.csv``: a made-up survey of 240 persons in five strata, one of a single unit."""

import csv
import random
from pathlib import Path

CLUSTERS = {"north": 6, "south": 5, "east": 4, "west": 2, "island": 1}


def main() -> None:
    draw = random.Random(20261122)
    rows = []
    for person in range(240):
        stratum = draw.choices(list(CLUSTERS), [8, 7, 5, 3, 1])[0]
        cluster = draw.randrange(CLUSTERS[stratum]) + 1
        age = draw.randrange(15, 65)
        employed = int(draw.random() < 0.35 + 0.05 * cluster)
        rows.append(
            {
                "person": person + 1,
                "stratum": stratum,
                "cluster": cluster,  # numbered within strata
                "weight": round(draw.uniform(0.5, 3.0), 2),
                "sex": draw.choice("FM"),
                "young": int(age < 30),
                "employed": employed,
                "hours": draw.randrange(8, 49) if employed else 0,
                "months": draw.randrange(0, 25),
            }
        )
    with (Path(__file__).parent / "survey.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
