"""Write the inputs: 240 persons of the synthetic example country, and two columns of R's mgus2.

usage: python make_input.py      (mgus2.csv is written by mgus2.R)
"""

import skillsfc as sf

PERSONS = 160

if __name__ == "__main__":  # collecting tests must write nothing
    spells = sf.example(seed=7).spells
    kept = spells[spells["person"] <= PERSONS]
    columns = ["person", "sex", "weight", "state", "start", "end", "to_state", "entry"]
    kept = kept[columns].assign(cluster=kept["person"] % 16)
    kept.to_csv("examplia_spells.csv", index=False)
