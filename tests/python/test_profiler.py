"""Profiles: which events they have, what they sum up to, schedules, traces."""
import gzip
import json

import pytest


def work(t, steps=1):
    net, x = t.nn.Sequential(t.nn.Linear(8, 8), t.nn.ReLU(), t.nn.Linear(8, 2)), t.rand(4, 8)
    optimizer = t.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(steps):
        optimizer.zero_grad()
        with t.profiler.record_function("forward"):
            y = net(x)
        y.sum().backward()
        optimizer.step()


def test_events_nest(t):
    with t.profiler.profile(activities=[t.profiler.ProfilerActivity.CPU], record_shapes=True) as profile:
        work(t)
    events = profile.events()
    names = [event.name for event in events]
    assert {"forward", "aten::linear", "aten::relu", "aten::sum", "AddmmBackward0", "Optimizer.step#SGD.step",
            "Optimizer.zero_grad#SGD.zero_grad"} <= set(names)
    linear = [event for event in events if event.name == "aten::linear"]
    assert [event.input_shapes for event in linear] == [[[4, 8], [8, 8], [8]], [[4, 8], [2, 8], [2]]]
    assert all(event.cpu_parent.name == "forward" and event.cpu_parent in events for event in linear)
    forward = events[names.index("forward")]
    assert forward.is_user_annotation and [c.name for c in forward.cpu_children] == ["aten::linear", "aten::relu", "aten::linear"]
    assert forward.cpu_time_total >= sum(c.cpu_time_total for c in forward.cpu_children) and forward.self_cpu_time_total >= 0
    assert forward.time_range.start <= linear[0].time_range.start <= linear[0].time_range.end <= forward.time_range.end
    top = sum(event.cpu_time_total for event in events if event.cpu_parent is None)
    assert events.self_cpu_time_total == pytest.approx(top)


def test_sums_and_their_table(t):
    with t.profiler.profile(record_shapes=True) as profile:
        work(t, steps=3)
    averages = profile.key_averages()
    linear = next(event for event in averages if event.key == "aten::linear")
    assert linear.count == 6 and linear.cpu_time == pytest.approx(linear.cpu_time_total / 6)
    text = averages.table(sort_by="cpu_time_total", row_limit=3)
    lines = text.splitlines()
    assert lines[1].split() == "Name Self CPU % Self CPU CPU total % CPU total CPU time avg # of Calls".split()
    assert len(lines) == 8 and lines[-1].startswith("Self CPU time total: ") and set(lines[0]) == {"-", " "}
    times = [event.cpu_time_total for event in averages]
    assert lines[3].split()[0] == max(averages, key=lambda event: event.cpu_time_total).key.split()[0] and len(times) > 3
    assert "[[4, 8], [2, 8], [2]]" in profile.key_averages(group_by_input_shape=True).table(sort_by="count")
    assert sum(event.count for event in profile.key_averages(group_by_input_shape=True) if event.key == "aten::linear") == 6
    assert str(averages).count("aten::linear") == 1 and averages.total_average().count == len(profile.events())
    with pytest.raises(Exception):
        averages.table(sort_by="beauty")


def test_schedules(t):
    P = t.profiler
    plan = P.schedule(wait=1, warmup=1, active=2, repeat=2, skip_first=1)
    expected = ["NONE", "NONE", "WARMUP", "RECORD", "RECORD_AND_SAVE"]
    assert [plan(i).name for i in range(11)] == expected + expected[1:] + ["NONE", "NONE"]
    ready = []
    x = t.rand(4, 4)
    with P.profile(schedule=P.schedule(wait=1, warmup=1, active=2, repeat=2), on_trace_ready=lambda p: ready.append((p.step_num, names(p)))) as profile:
        for _ in range(9):
            t.relu(x)
            profile.step()
    assert [step for step, _ in ready] == [4, 8]
    assert all(seen == ["ProfilerStep*", "aten::relu"] * 2 for _, seen in ready)


def names(profile):
    return [event.name for event in profile.events() if event.name in ("ProfilerStep*", "aten::relu", "aten::sum", "marked", "aten::mm")]


def test_traces(t, tmp_path):
    with t.profiler.profile(record_shapes=True) as profile:
        work(t)
    path = tmp_path / "trace.json"
    profile.export_chrome_trace(str(path))
    trace = json.loads(path.read_text())
    events = [event for event in trace["traceEvents"] if event.get("cat") in ("cpu_op", "user_annotation")]
    linear = next(event for event in events if event["name"] == "aten::linear")
    assert linear["ph"] == "X" and linear["dur"] > 0 and linear["args"]["Input Dims"] == [[4, 8], [8, 8], [8]]
    assert linear["args"]["Input type"] == ["float"] * 3
    assert next(event for event in events if event["name"] == "forward")["cat"] == "user_annotation"
    with t.profiler.profile(on_trace_ready=t.profiler.tensorboard_trace_handler(str(tmp_path / "logs"), "me", use_gzip=True)):
        t.ones(2).sum()
    (file,) = (tmp_path / "logs").iterdir()
    assert file.name.startswith("me.") and file.name.endswith(".pt.trace.json.gz")
    with gzip.open(file) as opened:
        assert any(event.get("name") == "aten::sum" for event in json.load(opened)["traceEvents"])


def test_the_profiler_of_autograd(t):
    x = t.rand(3, 3)

    @t.profiler.record_function("marked")
    def marked():
        return x.mm(x)

    with t.autograd.profiler.profile() as profile:
        marked()
    assert names_of(profile.function_events) >= {"marked", "aten::mm"} and profile.self_cpu_time_total > 0
    assert "aten::mm" in str(profile) and "aten::mm" in profile.table(sort_by="self_cpu_time_total")
    assert profile.key_averages().self_cpu_time_total == pytest.approx(profile.total_average().self_cpu_time_total)
    with t.autograd.profiler.profile(enabled=False) as nothing, t.autograd.profiler.record_function("outside"):
        x.mm(x)
    assert "aten::mm" not in str(nothing)


def names_of(events):
    return {event.name for event in events}


def test_compiled_functions_and_composites_are_seen():
    import wick as t

    @t.jit.script
    def f(x):
        return t.nn.functional.mse_loss(x, x.relu())

    with t.profiler.profile() as profile:
        f(t.rand(3))
    events = {event.name: event for event in profile.events()}
    assert events["aten::mse_loss"].cpu_parent.name == events["aten::relu"].cpu_parent.name == "f"
    assert events["aten::mse_loss"].cpu_children


def test_memory():
    import wick as t

    @t.jit.script
    def double(x):
        return x + x

    kept = []
    with t.profiler.profile(profile_memory=True) as profile:
        kept.append(t.ones(256))
        t.zeros(100).sum()
        kept.append(double(kept[0]))
    sums = {event.key: event for event in profile.key_averages()}
    assert sums["aten::ones"].cpu_memory_usage >= 1024 and sums["double"].cpu_memory_usage >= 1024
    assert sums["double"].self_cpu_memory_usage == 0
    assert "CPU Mem" in profile.key_averages().table(sort_by="self_cpu_memory_usage") and "KB" in profile.key_averages().table()


def test_one_at_a_time_and_what_ends_late():
    import wick as t

    mark = t.profiler.record_function("late")
    with t.profiler.profile() as outer:
        with pytest.raises(RuntimeError, match="already enabled"):
            t.profiler.profile().start()
        mark.__enter__()
    (event,) = outer.events()
    assert event.name == "late" and event.cpu_time_total >= 0
    with t.profiler.profile() as other:
        mark.__exit__(None, None, None)
        t.ones(1).relu()
    assert "late" not in names_of(other.events()) and other.events()[-1].cpu_parent is None
    assert t.ones(2).relu().sum() == 2


def test_forked_tasks_are_of_the_profile_and_of_the_mode():
    import wick as t

    @t.jit.script
    def f(x: t.Tensor):
        future = t.jit.fork(t.mm, x, x)
        return t.jit.wait(future)

    for _ in range(5):
        with t.profiler.profile() as profile, t.autocast("cpu"):
            assert f(t.rand(2, 2)).dtype is t.bfloat16
        assert "aten::mm" in names_of(profile.events())


def compiled_with_ranges(x):
    with torch.profiler.record_function("outer"):
        y = x + 1
        with torch.profiler.record_function("inner"):
            return y * y


def test_ranges_of_compiled_functions(t, monkeypatch):
    monkeypatch.setitem(globals(), "torch", t)
    function = t.jit.script(compiled_with_ranges)
    with t.profiler.profile() as profile:
        function(t.ones(2))
    function(t.ones(2))  # without a profile
    events = {event.name: event for event in profile.events()}
    assert events["inner"].cpu_parent.name == "outer"
    assert events["aten::mul"].cpu_parent.name == "inner" and events["aten::add"].cpu_parent.name == "outer"
