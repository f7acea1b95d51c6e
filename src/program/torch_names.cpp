// What the evaluator provides of torch itself.

#include <algorithm>
#include <fmt/format.h>

#include <wick/tensor/dtype.h>

#include "frontend/special_form.h"
#include "program/provided_names.h"
#include "program/session.h"

namespace wick::jit {

namespace {

/// Python's numbers in nested lists become of one type: ints among floats are floats.
bool has_float(const IValue& value) {
    if (value.is_list()) return std::ranges::any_of(value.to_list().items, has_float);
    if (value.is_tuple()) return std::ranges::any_of(value.to_tuple().elements, has_float);
    return value.is_double();
}
IValue with_one_type(const IValue& value, bool as_float) {
    if (value.is_list() || value.is_tuple()) {
        std::vector<IValue> items;
        for (const IValue& item : value.is_list() ? value.to_list().items : value.to_tuple().elements)
            items.push_back(with_one_type(item, as_float));
        return IValue(make_list(any_type(), std::move(items)));
    }
    if (as_float && (value.is_int() || value.is_bool())) return IValue(value.to_scalar().to_double());
    return value;
}

IValue tensor(Session& session, Arguments& arguments) {
    if (!arguments.positional.empty())
        arguments.positional[0] = with_one_type(arguments.positional[0], has_float(arguments.positional[0]));
    const IValue* data = arguments.positional.empty() ? nullptr : &arguments.positional[0];
    if (data && data->is_list() && data->to_list().items.empty()) {
        Arguments empty{{IValue(std::vector<int64_t>{0})}, arguments.keywords};
        return session.eager().call("torch.zeros", nullptr, empty.positional, empty.keywords);
    }
    return session.eager().call("torch.tensor", nullptr, arguments.positional, arguments.keywords);
}

IValue manual_seed(Session& session, Arguments& arguments) {
    session.eager().call("torch.manual_seed", nullptr, {arguments.at(0)}, {});
    return {};
}

IValue set_grad_enabled(Session& session, Arguments& arguments) {
    return session.call(*session.library("torch.autograd.grad_mode")->find("set_grad_enabled"), arguments);
}

IValue is_tensor(Session&, Arguments& arguments) { return IValue(arguments.at(0).is_tensor()); }

/// torch.FloatTensor(2, 3) of any numbers, torch.FloatTensor([1.0]) of these, torch.FloatTensor().
template <int64_t dtype>
struct OldConstructor : SugaredValue {
    std::string kind() const override { return "builtin"; }
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override {
        constexpr std::string_view kForms =
            "Legacy Tensor Constructor only supports two schemas in TorchScript: \n'new(IntArrayRef size, *, Device? "
            "device=None)',\n"
            "'new(PyObject* data, *, Device? device=None)\n'";
        if (!kwargs.empty()) throw CompileError(range, fmt::format("{}Got kwarg {}", kForms, kwargs[0].name));
        const bool sizes =
            std::ranges::all_of(args, [](const NamedValue& arg) { return arg.type()->is(TypeKind::Int); });
        if (!sizes && args.size() > 1)
            throw CompileError(range,
                               fmt::format("{}Got multiple positional arguments that were not all integers", kForms));
        std::vector<Value*> values;
        for (const NamedValue& arg : args) values.push_back(arg.value(graph));
        const NamedValue type(range, "dtype", graph.insert_constant(IValue(dtype)));
        Value* data =
            sizes ? graph.insert_node(sym::prim_ListConstruct, values)->output()->set_type(list_type(int_type()))
                  : values[0];
        return sugar(emit_builtin_call({}, graph, Symbol::from(sizes && !args.empty() ? "aten::empty" : "aten::tensor"),
                                       {NamedValue(range, data)}, {type}));
    }
};
template <int64_t dtype>
SugaredPtr old_constructor() {
    return std::make_shared<OldConstructor<dtype>>();
}
template <int64_t dtype>
IValue old_tensor(Session& session, Arguments& arguments) {
    // A tensor stays what it is.
    if (arguments.positional.size() == 1 && arguments.positional[0].is_tensor()) {
        const Tensor& tensor = arguments.positional[0].tensor_ref();
        if (tensor.dtype() != static_cast<DType>(dtype))
            raise("TypeError", fmt::format("expected {} (got {})", scalar_name_of(static_cast<DType>(dtype)),
                                           scalar_name_of(tensor.dtype())));
        return IValue(tensor.detach());
    }
    const bool sizes = !arguments.positional.empty() &&
                       std::ranges::all_of(arguments.positional, [](const IValue& value) { return value.is_int(); });
    Arguments call{{sizes                          ? IValue(make_list(any_type(), arguments.positional))
                    : arguments.positional.empty() ? IValue(make_list(any_type()))
                                                   : arguments.positional[0]},
                   {{"dtype", IValue(dtype)}}};
    return sizes ? session.eager().call("torch.empty", nullptr, call.positional, call.keywords) : tensor(session, call);
}

IValue parameter(Session& session, Arguments& arguments) {
    const IValue* data = arguments.find(0, "data");
    const IValue* requires_grad = arguments.find(1, "requires_grad");
    if (!data || !data->is_tensor()) raise("TypeError", "Parameter() needs a tensor");
    const Tensor& source = data->tensor_ref();
    const Tensor own = source.detach().set_requires_grad(!requires_grad || session.is_true(*requires_grad));
    session.mark_parameter(own);
    return IValue(own);
}

SugaredPtr parameter_class() {
    struct ParameterClass : SugaredValue {
        std::string kind() const override { return "python value of type '_ParameterMeta'"; }
        Value* as_value(const SourceRange& range, Graph&) override { fail_as_value(range, kind()); }
        SugaredPtr call(const SourceRange& range, Graph&, const NamedValues&, const NamedValues&) override {
            throw NotCompilable(range, "Cannot instantiate class 'Parameter' in a script function");
        }
    };
    return std::make_shared<ParameterClass>();
}

template <SpecialForm form>
SugaredPtr special_form() {
    return std::make_shared<SpecialFormValue>(form);
}

/// The process alone: references are to its own objects.
IValue init_rpc(Session& session, Arguments& arguments) {
    const IValue* name = arguments.find(0, "name");
    const IValue* size = arguments.find(3, "world_size");
    if (!name) raise("TypeError", "init_rpc() missing 1 required positional argument: 'name'");
    if (size && !size->is_none() && size->to_int() != 1)
        raise("NotImplementedError", "torch.distributed.rpc knows one process here: world_size has to be 1");
    session.worker = name->to_string();
    return {};
}

IValue shutdown_rpc(Session& session, Arguments&) {
    session.worker.clear();
    return {};
}

IValue remote_call(Session&, Arguments&) {
    raise("RuntimeError", "RPC has not been initialized. Call torch.distributed.rpc.init_rpc first.");
}

constexpr ProvidedName kNames[] = {
    {"torch", "tensor", tensor, operator_named<"aten::tensor">},
    {"torch", "manual_seed", manual_seed, operator_named<"aten::manual_seed">},
    {"torch", "set_grad_enabled", set_grad_enabled, operator_named<"aten::set_grad_enabled">},
    {"torch", "is_tensor", is_tensor, operator_named<"aten::is_tensor">},
    {"torch", "Tensor", nullptr, operator_named<"aten::Tensor">, TypeKind::Tensor},
    {"torch", "device",
     [](Session& session, Arguments& arguments) {
         return session.eager().call("torch.device", nullptr, arguments.positional, arguments.keywords);
     },
     operator_named<"aten::device">, TypeKind::Device},
    {"torch", "dtype", nullptr, operator_named<"aten::dtype">, TypeKind::Int},
    {"torch", "Generator", nullptr, nullptr, TypeKind::Generator},
    {"torch", "FloatTensor", old_tensor<6>, old_constructor<6>, TypeKind::Tensor},
    {"torch", "DoubleTensor", old_tensor<7>, old_constructor<7>, TypeKind::Tensor},
    {"torch", "HalfTensor", old_tensor<5>, old_constructor<5>, TypeKind::Tensor},
    {"torch", "LongTensor", old_tensor<4>, old_constructor<4>, TypeKind::Tensor},
    {"torch", "IntTensor", old_tensor<3>, old_constructor<3>, TypeKind::Tensor},
    {"torch", "ShortTensor", old_tensor<2>, old_constructor<2>, TypeKind::Tensor},
    {"torch", "CharTensor", old_tensor<1>, old_constructor<1>, TypeKind::Tensor},
    {"torch", "ByteTensor", old_tensor<0>, old_constructor<0>, TypeKind::Tensor},
    {"torch", "BoolTensor", old_tensor<11>, old_constructor<11>, TypeKind::Tensor},
    {"torch.nn.parameter", "Parameter", parameter, parameter_class, TypeKind::Tensor},
    {"torch.nn", "Parameter", parameter, parameter_class, TypeKind::Tensor},
    {"torch.distributed.rpc", "init_rpc", init_rpc},
    {"torch.distributed.rpc", "shutdown", shutdown_rpc},
    {"torch.distributed.rpc.functions", "async_execution", first_argument},
    {"torch.distributed.rpc", "rpc_sync", remote_call, special_form<SpecialForm::rpc_sync>},
    {"torch.distributed.rpc", "rpc_async", remote_call, special_form<SpecialForm::rpc_async>},
    {"torch.distributed.rpc", "remote", remote_call, special_form<SpecialForm::rpc_remote>},
};

}  // namespace

std::span<const ProvidedName> torch_names() { return kNames; }

}  // namespace wick::jit
