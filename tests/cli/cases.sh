#!/usr/bin/env bash
# cases.sh WICK CASE: one test of the command line. CMakeLists.txt makes a ctest of each function case_… below.
set -u
wick=$(realpath "$1")
data=$(cd "$(dirname "$0")/../data" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

fail() {
    printf 'FAIL: %s\n' "$*" >&2
    failures=$((failures + 1))
}

# run CODE ARGUMENT…: runs wick, expects the exit code; $out and $err hold what it printed.
run() {
    local want=$1 got
    shift
    "$wick" "$@" >"$work/stdout" 2>"$work/stderr" </dev/null
    got=$?
    out=$(cat "$work/stdout")
    err=$(cat "$work/stderr")
    [ "$got" = "$want" ] || fail "wick $*: exit $got, not $want: $err"
}

prints() { [ "$out" = "$1" ] || fail "printed '$out', not '$1'"; }
prints_part() { [[ $out == *"$1"* ]] || fail "'$1' is not in '$out'"; }
says() { [[ $err == *"$1"* ]] || fail "'$1' is not in the message '$err'"; }
quiet() { [ -z "$out" ] || fail "printed '$out' beside the message"; }

archives() {
    ls "$data"/t113/*.pt "$data"/t213/*.pt "$data"/old/*.pt | grep -v '\.\(in\|out\)puts\.pt$'
}

# The cases of a fixture, one a line: sequence, method, inputs, outputs or "-", rounding, what it raises or "-".
cases_of() {
    awk -F'"' '/"cases"/ { inside = 1 }
        inside && /^  \{/ { seq = "false"; method = "forward"; inputs = "-"; outputs = "-"; raises = "-"; rounding = 0 }
        /"sequence": true/ { seq = "true" }
        /"method": "/ { method = $4 }
        /"inputs": / { inputs = $4 }
        /"outputs": / { outputs = $4 }
        /"rounding": / { rounding = $3; gsub(/[^0-9.e+-]/, "", rounding) }
        /"raises": / { sub(/^ *"raises": "/, ""); sub(/",?$/, ""); gsub(/\\"/, "\""); raises = $0 }
        inside && /^  \}/ { printf "%s\t%s\t%s\t%s\t%s\t%s\n", seq, method, inputs, outputs, rounding, raises }' "$1"
}

# replay ARCHIVE FIXTURE: every recorded case of the fixture, run with the archive, gives what PyTorch gave.
replay() {
    local archive=$1 folder name sequence method inputs outputs rounding raises atol arguments
    folder=$(dirname "$2")
    name=$(basename "$2" .pt)
    while IFS=$'\t' read -r sequence method inputs outputs rounding raises; do
        arguments=(run "$archive")
        if [ "$sequence" = true ]; then
            arguments+=(--calls "$folder/$inputs")
        else
            arguments+=(--method "$method" --inputs "$folder/$inputs")
        fi
        if [ "$raises" != - ]; then
            run 1 "${arguments[@]}"
            says "${raises#*: }"
        else
            atol=$(awk "BEGIN { r = 2 * $rounding; print (r > 1e-5 ? r : 1e-5) }")
            run 0 "${arguments[@]}" --expect "$folder/$outputs" --atol "$atol"
            prints_part "equal to"
        fi
    done < <(cases_of "$folder/$name.json")
}

case_usage() {
    run 2
    says "Usage: wick"
    quiet
    run 2 frobnicate
    says "no command 'frobnicate'"
    run 2 run
    says "wick run: MODEL is required"
    says "wick run --help"
    run 2 run "$data/t213/mlp.pt" --frobnicate
    run 2 run "$data/t213/mlp.pt" --threads 0
    run 2 run "$data/t213/mlp.pt" --timeout -1
    run 2 run "$data/t213/mlp.pt" --rtol 1e-3
    run 2 run "$data/t213/mlp.pt" --input 3 --inputs "$data/t213/mlp.inputs.pt"
    says "give the arguments once"
    run 2 run "$data/t213/mlp.pt" --calls "$data/t213/mlp.inputs.pt"
    says "expected a list of (method, arguments)"
    run 2 graph "$data/t213/mlp.pt" --all --method forward
    quiet
}

case_help() {
    run 0 --help
    for command in run code graph inspect check convert; do
        prints_part "  $command "
        run 0 $command --help
        prints_part "Usage: wick $command"
        run 0 --help
    done
    run 0 --version
    [[ $out =~ ^wick\ [0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "version '$out'"
}

case_missing_files() {
    for command in run code graph inspect check; do
        run 1 $command "$work/none.pt"
        says "wick: $work/none.pt: cannot open"
        quiet
    done
    run 1 convert "$work/none.pt" "$work/out.pt"
    says "$work/none.pt: cannot open"
    [ ! -e "$work/out.pt" ] || fail "convert left a file"
    run 1 convert "$data/t213/mlp.pt" "$work/no/such/folder/out.pt"
    says "$work/no/such/folder"
    for option in --inputs --calls; do
        run 1 run "$data/t213/mlp.pt" $option "$work/none.pt"
        says "$work/none.pt: cannot open"
    done
    run 1 run "$data/t213/mlp.pt" --input "$work/none.npy"
    says "$work/none.npy: cannot open"
}

case_damaged_archives() {
    head -c 5000 "$data/t213/mlp_traced.pt" >"$work/cut.pt"
    : >"$work/empty.pt"
    echo "not an archive at all, just a line of text" >"$work/text.pt"
    # One byte of the pickled module: the checksum of its record no longer fits.
    cp "$data/t213/mlp_traced.pt" "$work/flipped.pt"
    local at
    at=$(grep -abo 'c__torch__' "$work/flipped.pt" | head -1 | cut -d: -f1)
    printf 'X' | dd of="$work/flipped.pt" bs=1 seek="$at" conv=notrunc status=none
    cp "$data/t213/mlp.inputs.pt" "$work/tensors.pt"
    for file in cut empty text flipped tensors; do
        for command in run code graph inspect check; do
            run 1 $command "$work/$file.pt"
            says "wick: $work/$file.pt: "
            quiet
        done
        run 1 convert "$work/$file.pt" "$work/out.pt"
        [ ! -e "$work/out.pt" ] || fail "convert left a file"
    done
    run 1 check "$work/flipped.pt"
    says "record 'data.pkl'"
    run 1 check "$work/tensors.pt"
    says "what torch.save writes"
}

# Any value goes in and its kind comes out.
case_literals() {
    local model=$data/t213/contexts.pt
    anything() {
        run 0 run "$model" --method anything --input "$1"
        prints "$2"
    }
    anything 3 "int"
    anything -7 "int"
    anything 1.5 "list or float"
    anything -1.5e3 "list or float"
    anything "[1, 2]" "list or float"
    anything "'text'" "other"
    anything '"it"' "other"
    anything "{'a': 1.0}" "other"
    anything "(1, 2.5, None)" "other"
    anything "None" "other"
    anything "ones(4, 5, dtype=bool)" "tensor 2"
    anything "torch.tensor(3)" "tensor 0"
    run 0 run "$data/t213/control_flow.pt" --method union --input "[4, 5]"
    run 0 run "$data/t213/control_flow.pt" --method numbers --input 7 --input 2 --input 1.5 --input "float('2.5')"
    run 0 run "$model" --method numbers --input 2+3j
    run 0 run "$data/t213/customs.pt" --method count --input "['a', 'b', 'a']"
    prints_part "{'a': 2, 'b': 1, "
    run 0 run "$data/t213/control_flow.pt" --method early --input None --input 1
    run 0 run "$data/t213/customs.pt" --method levels --input True
    run 1 run "$data/t213/mlp.pt" --input "{'a': 1.0}"
    says "Dict[str, float]"
    run 1 run "$data/t213/mlp.pt" --input "(1, 2.5, None)"
    says "Tuple[int, float, NoneType]"
}

case_tensor_inputs() {
    slices() {
        run 0 run "$data/t213/control_flow.pt" --method slicing --input "$1"
        prints_part "$2"
    }
    slices "zeros(4,5,dtype=int64)" "tensor("
    slices "torch.full((4, 5), 2.5)" "2.5000"
    slices "ones(4,5,dtype=torch.float64)" "dtype=torch.float64"
    slices "zeros(4, 5, dtype=float)" "0."
    slices "arange(20).reshape(4, 5) * 2" "38"
    slices "tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]])" "20."
    run 0 run "$data/t213/mlp.pt" --input "randn(1,512)"
    prints_part "tensor([["
    # An .npy file as NumPy writes it: 4 x 5 float32 ones.
    {
        printf '\x93NUMPY\x01\x00\x76\x00'
        printf "%-117s\n" "{'descr': '<f4', 'fortran_order': False, 'shape': (4, 5), }"
        for _ in {1..20}; do printf '\x00\x00\x80\x3f'; done
    } >"$work/ones.npy"
    slices "$work/ones.npy" "1."
    # A .pt file is the argument itself, whatever lies in it.
    run 0 run "$data/t213/streaming_audio.pt" --method set_gain --input 6.0 --outputs "$work/gain.pt"
    run 0 run "$data/t213/streaming_audio.pt" --method set_gain --input "$work/gain.pt"
}

case_wrong_inputs() {
    local model=$data/t213/mlp.pt
    run 2 run "$model" --input "foo(1"
    says "--input:1:6"
    run 2 run "$model" --input "zeros(1, 512) + nothing"
    says "--input:1:17: error: undefined value nothing"
    says "zeros(1, 512) + nothing"
    [[ $err != *"def input"* ]] || fail "the message shows what the user did not write: $err"
    run 2 run "$model" --input ""
    run 2 run "$model" --input "1 2"
    run 2 run "$model" --input "zeros(3, -1)"
    says "negative dimension"
    run 1 run "$model" --input 3
    says "$model: forward() Expected a value of type 'Tensor'"
    run 1 run "$model"
    says "missing value for argument 'input'"
    run 1 run "$model" --input "zeros(1,512)" --input 3
    says "at most"
    run 1 run "$model" --input "zeros(1,511)"
    says "$model: "
    run 1 run "$model" --method backward --input 3
    says "Its methods: forward"
}

case_outputs() {
    run 0 run "$data/t213/customs.pt" --inputs "$data/t213/customs.inputs.pt" --outputs "$work/out.pt"
    quiet
    run 0 run "$data/t213/customs.pt" --inputs "$data/t213/customs.inputs.pt" --expect "$work/out.pt" --rtol 0 --atol 0
    prints "equal to $work/out.pt within rtol 0, atol 0; largest difference 0"
    run 0 run "$data/t213/streaming_audio.pt" --calls "$data/t213/streaming_audio.2.inputs.pt" --outputs "$work/all.pt"
    run 1 run "$data/t213/mlp.pt" --inputs "$data/t213/mlp.inputs.pt" --outputs "$work/no/such/out.pt"
    says "$work/no/such"
}

case_expect_tells_differences() {
    run 1 run "$data/t213/mlp.pt" --input "zeros(1,512)" --expect "$data/t213/mlp.outputs.pt"
    says "elements differ, first at [0, 0]"
    says "wick: not equal to $data/t213/mlp.outputs.pt"
    quiet
    run 1 run "$data/t213/mlp.pt" --input "zeros(2,512)" --expect "$data/t213/mlp.outputs.pt"
    says "result: float32 [2, 2] instead of float32 [1, 2]"
    run 1 run "$data/t213/control_flow.pt" --method strings --inputs "$data/t213/control_flow.15.inputs.pt" \
        --expect "$data/t213/control_flow.16.outputs.pt"
    says "instead of"
    run 1 run "$data/t213/lstm.pt" --inputs "$data/t213/lstm.inputs.pt" --expect "$data/t213/mlp.outputs.pt"
    says "result: Tuple instead of Tensor"
}

case_times() {
    run 0 run "$data/t213/mlp.pt" --inputs "$data/t213/mlp.inputs.pt" --repeat 7 --threads 1 --times "$work/times.json"
    quiet
    [ "$(grep -o '"calls":\[[^]]*\]' "$work/times.json" | tr -cd , | wc -c)" = 6 ] || fail "not 7 calls: $(cat "$work/times.json")"
    grep -q '"load":[0-9]' "$work/times.json" || fail "no load time: $(cat "$work/times.json")"
}

case_limits() {
    local model=$data/t213/control_flow.pt
    run 1 run "$model" --method collatz --input 27 --max-steps 20
    says "$model: "
    says "steps"
    run 1 run "$data/t213/mlp.pt" --input "zeros(64,512)" --max-memory 1kb
    says "memory"
    run 0 run "$model" --method collatz --input 27 --max-steps 1000000 --max-memory 1gb --timeout 60
    prints 111
}

# Loading stops where loading runs code: a class's __setstate__ is under the limits of the run.
case_limits_of_loading() {
    run 1 run "$data/t213/setstate.pt" --inputs "$data/t213/setstate.inputs.pt" --max-steps 1
    says "$data/t213/setstate.pt: "
}

case_fixtures_run() {
    for archive in $(archives); do replay "$archive" "$archive"; done
}

# The second saving changes no byte, and what was saved still gives PyTorch's results.
case_fixtures_convert() {
    for archive in $(archives); do
        run 0 convert "$archive" "$work/once.pt"
        run 0 convert "$work/once.pt" "$work/twice.pt"
        cmp -s "$work/once.pt" "$work/twice.pt" || fail "$archive: the second saving differs from the first"
        replay "$work/once.pt" "$archive"
    done
}

# text WHAT: the golden text of every fixture that has one. Warnings are numbered in the order a process meets them.
text() {
    local golden
    for archive in $(archives); do
        golden=${archive%.pt}.$1.txt
        [ -e "$golden" ] || continue
        [[ $golden == */detector.* ]] && continue # recorded for the outer module alone
        run 0 "$1" "$archive" --all
        diff <(sed 's/warn_id=[0-9]*/warn_id=N/' "$golden") <(sed 's/warn_id=[0-9]*/warn_id=N/' "$work/stdout") >"$work/diff" ||
            fail "wick $1 --all $archive: $(head -5 "$work/diff")"
    done
}
case_fixtures_code() { text code; }
case_fixtures_graph() { text graph; }

case_programs_run() {
    run 0 run "$data/programs/fancy.py"
    prints 10
    run 0 run "$data/programs/net.py" --entry net --input 'ones(3)'
    prints 'tensor([0.0000, 0.8750, 3.0000])'
    printf 'def f(x):\n    return x // 0\n\nf(1)\n' >"$work/fails.py"
    run 1 run "$work/fails.py"
    says "line 4, in <module>"
    says "line 2, in f"
    printf 'def f(x: int):\n    return x.foo()\nf(1)\n' >"$work/wrong.py"
    run 1 run "$work/wrong.py"
    says "wrong.py:2:12: error: 'int' object has no attribute or method 'foo'."
    run 2 run "$data/programs/net.py" --entry nothing
    says "it defines no 'nothing'"
}

case_programs_compile() {
    run 0 compile "$data/programs/net.py" -o "$work/net.pt"
    quiet
    run 0 run "$work/net.pt" --input 'ones(3)'
    prints 'tensor([0.0000, 0.8750, 3.0000])'
    run 0 compile "$data/programs/fancy.py" -o "$work/fancy.pt" --entry add
    run 0 run "$work/fancy.pt" --input 'ones(2)' --input 'ones(2)'
    prints 'tensor([2., 2.])'
    run 2 compile "$data/programs/net.py"
}

case_programs_check() {
    run 0 check "$data/programs/fancy.py"
    run 1 check "$data/programs/mistakes.py"
    says "mistakes.py:5:12: error:"
    says "mistakes.py:13:12: error:"
    says "2 errors"
    quiet
    # What nobody calls may be meant otherwise.
    run 0 check "$data/programs/uncalled.py"
    says "uncalled.py:2:12: note: where the parameters are Tensors:"
    prints_part "all of it compiles"
}

case_programs_text() {
    run 0 code "$data/programs/scaled.py"
    prints $'def forward(self,\n    x: Tensor) -> Tensor:\n  return torch.mul(x, 3)'
    run 0 graph "$data/programs/scaled.py" --entry scaled --all
    prints_part "=== __torch__.scaled"
    prints_part "aten::mul"
    run 2 code "$data/programs/scaled.py" --entry nope
    says "it defines no 'nope'"
}

case_repl() {
    out=$(printf 'x = 3\nx + 4\ndef f(a):\n    return a * 2\n\nf("ab")\nf(\n  x)\n1 // 0\nx\n' | "$wick" repl 2>"$work/stderr")
    prints $'7\n\'abab\'\n6\n3'
    err=$(cat "$work/stderr")
    says "ZeroDivisionError"
}

case_one_method() {
    run 0 code "$data/t213/mlp.pt" --method __len__
    prints $'def __len__(self) -> int:\n  return 5'
    run 0 graph "$data/t213/mlp.pt"
    prints_part "graph(%self"
    run 1 code "$data/t213/mlp.pt" --method nope
    says "$data/t213/mlp.pt: Method 'nope' is not defined"
}

case_fixtures_check() {
    for archive in $(archives); do
        run 0 check "$archive"
        prints_part "$archive: "
        run 0 inspect "$archive"
        prints_part "wick has all of them"
    done
}

case_inspect() {
    run 0 inspect "$data/t113/attributes.pt"
    prints_part "written by PyTorch 1.4 to 2.0"
    prints_part "saved in evaluation mode"
    prints_part "nets.Attributes"
    prints_part "def grow(name: str) -> int"
    prints_part "float32[4, 6]"
    prints_part "memory shared with one above"
    run 0 inspect "$data/t213/customs.pt"
    prints_part "extra files:"
    prints_part "  notes.txt, "
    run 0 inspect "$data/t213/lstm.pt"
    prints_part "written by PyTorch 2.1 or later"
    prints_part "def forward(x: Tensor, hx: Optional[Tuple[Tensor, Tensor]] = None) -> Tuple[Tensor, Tuple[Tensor, Tensor]]"
    prints_part "aten::lstm"
}

if [ "$(type -t "case_$2")" != function ]; then
    echo "no such case: $2" >&2
    exit 2
fi
"case_$2"
[ $failures = 0 ] || exit 1
