"""`import skillsfc` stays lazy."""

import subprocess
import sys

HEAVY = ("pandas", "numpy", "scipy", "statsmodels", "sklearn", "matplotlib", "papermill", "pandera")


def _run(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_import_loads_no_heavy_package():
    loaded = _run("import sys, skillsfc; print(' '.join(sys.modules))").split()
    assert [name for name in HEAVY if name in loaded] == []


def test_import_costs_less_than_a_fifth_of_a_second_of_work():
    cost = _run(
        "import time; t = time.process_time(); import skillsfc; print(time.process_time() - t)"
    )
    assert float(cost) < 0.2


def test_models_do_not_load_the_report_stack():
    code = (
        "import sys, skillsfc as sf; sf.forecast_employment, sf.load_table; "
        "print([m for m in ('matplotlib', 'papermill', 'nbconvert') if m in sys.modules])"
    )
    assert _run(code) == "[]"


def test_dir_lists_the_public_names():
    import skillsfc

    assert set(dir(skillsfc)) == set(skillsfc.__all__)
