// Modes that see the operators that are called: torch.utils._python_dispatch.TorchDispatchMode.

#include <vector>

#include "ops/call_handler.h"
#include "python/bindings.h"
#include "python/convert.h"
#include "python/errors.h"
#include "python/gil.h"

namespace nb = nanobind;

namespace wick::python {
namespace {

using jit::call_handler;
using jit::CallHandler;
using jit::Operator;
using jit::set_call_handler;

/// An argument as modes see it: programs have dtypes as numbers.
nb::object argument_to_python(const jit::Argument& formal, const IValue& value) {
    if (formal.written_type.starts_with("ScalarType") && value.is_int())
        return to_python(static_cast<DType>(value.to_int()));
    return to_python(value);
}

bool is_default(const jit::Argument& formal, const IValue& value) {
    if (!formal.default_value) return false;
    const IValue& known = *formal.default_value;
    if (known.is_none() || value.is_none()) return known.is_none() && value.is_none();
    const bool is_plain = value.is_int() || value.is_double() || value.is_bool() || value.is_string();
    return is_plain && known.tag() == value.tag() && to_python(known).equal(to_python(value));
}

/// The innermost mode of a thread, which gives what the call comes to; what it calls itself goes to the next.
class DispatchMode : public CallHandler {
 public:
    DispatchMode(nb::object mode, CallHandler* next) : mode_(std::move(mode)), next_(next) {}

    void call(const Operator& op, jit::Args args, IValue* results) override {
        // What is made of operators is not seen itself.
        if (!op.composite.empty() || op.name.starts_with("prim::"))
            return jit::pass_on(CallMode::kDispatch, op, args, results);
        const Locked locked;
        const jit::HandleCalls rest(CallMode::kDispatch, next_);
        const std::vector<jit::Argument>& formal = op.schema().arguments;
        size_t given = std::min(args.size(), formal.size());
        std::vector<nb::object> positional;
        nb::dict named;
        for (size_t i = 0; i < given; ++i) {
            if (!formal[i].kwarg_only)
                positional.push_back(argument_to_python(formal[i], args[i]));
            else if (!is_default(formal[i], args[i]))
                named[formal[i].name.c_str()] = argument_to_python(formal[i], args[i]);
        }
        while (!positional.empty() && is_default(formal[positional.size() - 1], args[positional.size() - 1]))
            positional.pop_back();
        nb::list list;
        for (nb::object& one : positional) list.append(one);
        const nb::object function =
            nb::module_::import_("wick.ops").attr("overload")(op.name.c_str(), op.overload.c_str());
        const nb::object result = mode_.attr("__torch_dispatch__")(function, nb::tuple(), nb::tuple(list), named);
        const size_t count = op.schema().returns.size();
        if (count == 1) {
            results[0] = to_ivalue(result.ptr());
        } else if (count > 1) {
            if (!PyTuple_Check(result.ptr()) && !PyList_Check(result.ptr()))
                throw ArgumentError("__torch_dispatch__ has to give a tuple of the operator's results");
            const nb::object items = nb::steal(PySequence_Tuple(result.ptr()));
            if (nb::len(items) != count)
                throw ArgumentError("__torch_dispatch__ has to give as many results as the operator has");
            for (size_t i = 0; i < count; ++i)
                results[i] = to_ivalue(PyTuple_GET_ITEM(items.ptr(), static_cast<Py_ssize_t>(i)));
        }
    }

    CallHandler* next() const { return next_; }
    nb::object mode() const { return mode_; }

 private:
    const nb::object mode_;
    CallHandler* const next_;
};

}  // namespace

void bind_dispatch(nb::module_& module) {
    module.def("_push_dispatch_mode", [](nb::object mode) {
        set_call_handler(CallMode::kDispatch, new DispatchMode(std::move(mode), call_handler(CallMode::kDispatch)));
    });
    module.def("_pop_dispatch_mode", []() -> nb::object {
        auto* const top = static_cast<DispatchMode*>(call_handler(CallMode::kDispatch));
        if (!top) throw OpError("no mode sees the calls of operators");
        nb::object mode = top->mode();
        set_call_handler(CallMode::kDispatch, top->next());
        delete top;
        return mode;
    });
    module.def("_dispatch_modes", [] {
        nb::list modes;
        for (CallHandler* one = call_handler(CallMode::kDispatch); one; one = static_cast<DispatchMode*>(one)->next())
            modes.insert(0, static_cast<DispatchMode*>(one)->mode());
        return modes;
    });
}

}  // namespace wick::python
