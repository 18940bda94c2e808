"""True shares of the stages in Examplia, worked out from its stated parameters by other means."""

import pandas as pd

YOUTH = ("15-19", "20-24", "25-29")


def true_forms(country, version="ilostat"):
    """Return persons by sex, age and form over the survey rounds, from stated chances only.

    The parts are the population by activity, the share of farm jobs among the employed of each
    year, sex and age, and the stated chances of school, status, contract, wish and aim.
    """
    stated = {name: item["value"] for name, item in country.truth["labour_force_survey"].items()}
    people = country.population_by_activity
    people = people[people["year"].isin(stated["rounds"]) & people["age"].isin(YOUTH)]
    jobs = country.employment
    cells = ["year", "sex", "age"]
    farm = (
        jobs[jobs["sector"] == "A"].groupby(cells)["persons"].sum()
        / jobs.groupby(cells)["persons"].sum()
    )
    rows = []
    for (year, sex, age), part in people.groupby(cells):
        count = part.set_index("activity")["persons"]
        school = {a: count[a] * stated["in_education"][a][sex][age] for a in count.index}
        out = {a: count[a] - school[a] for a in count.index}
        aim = stated["intends_to_work"][sex]
        share = farm[(year, sex, age)]
        status = stated["employment_status"]
        paid = share * status["agriculture"]["1"] + (1 - share) * status["other"]["1"]
        temporary = stated["temporary_contract"]["15-24" if age < "25" else "25-34"]
        wish = stated["wants_other_job"]
        kinds = {
            "stable": paid * (1 - temporary),
            "not": paid * temporary * wish["temporary"] + (1 - paid) * wish["none"],
        }
        kinds["satisfied"] = 1.0 - kinds["stable"] - kinds["not"]
        at_work = out["employed"] if version == "ilostat" else count["employed"]
        searching = out["unemployed"] if version == "ilostat" else count["unemployed"]
        forms = {
            "a": at_work * kinds["stable"],
            "b": at_work * kinds["satisfied"],
            "c": school["employed"] + school["unemployed"] if version == "ilostat" else 0.0,
            "d": searching,
            "e": at_work * kinds["not"],
            "f": out["outside"] * aim,
            "g": school["outside"],
            "h": out["outside"] * (1 - aim),
        }
        rows += [{"sex": sex, "age": age, "form": f, "persons": n} for f, n in forms.items()]
    return pd.DataFrame(rows)
