"""Cases need neither Django nor a database."""

import subprocess
import sys


def test_running_a_case_loads_no_django():
    program = (
        "import sys\n"
        "from phakdi.loyalty.casebook import run_file\n"
        "text = 'phakdi: 1\\nkey: a\\ncases:\\n- {name: b, steps: [{at: \"2026-01-01T00:00+07:00\", do: join}], expect: {points: 0}}\\n'\n"
        "assert run_file(text).passed\n"
        "print(sorted(name for name in sys.modules if name.split('.')[0] in {'django', 'psycopg'}))\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
