#include "trace/tracer.h"

#include <algorithm>
#include <atomic>
#include <fmt/format.h>

#include <wick/support/check.h>

#include "passes/lower_tuples.h"
#include "types/observed_tensor.h"

namespace wick::jit {

namespace {

std::atomic<uint64_t> g_serial{0};

constexpr const char kCannotBeTraced[] =
    "Type '{}' cannot be traced. Only Tensors and (possibly nested) Lists, Dicts, and Tuples of Tensors can be traced";

const void* key_of(const IValue& tensor) { return tensor.tensor_ref().impl(); }

Argument argument(const std::string& name, TypePtr type) {
    Argument made;
    made.name = name;
    made.type = std::move(type);
    return made;
}

/// As in PyTorch, not lists and tuples, and not None.
bool has_place(const Node& node) {
    if (node.kind == sym::prim_Constant) return node.find(sym::attr_value) != nullptr;
    return node.op != nullptr;
}

/// A name of the class's methods that is free: "forward", "forward1", ….
std::string method_name(const ClassType& type, const std::string& wanted) {
    std::string name = wanted;
    for (int number = 1; type.find_method(name); ++number) name = fmt::format("{}{}", wanted, number);
    return name;
}

}  // namespace

IValue with_own_handles(const IValue& value) {
    if (value.is_tensor())
        return IValue(value.tensor_ref().detach().set_requires_grad(value.tensor_ref().requires_grad()));
    std::vector<IValue> items;
    if (value.is_tuple()) {
        for (const IValue& item : value.to_tuple().elements) items.push_back(with_own_handles(item));
        return IValue(make_tuple(std::move(items)));
    }
    if (value.is_list()) {
        for (const IValue& item : value.to_list().items) items.push_back(with_own_handles(item));
        return IValue(make_list(value.to_list().element_type, std::move(items)));
    }
    WICK_CHECK(value.is_dict(), kCannotBeTraced, value.type()->annotation_str());
    const DictObject& dict = value.to_dict();
    auto made = make_dict(dict.key_type, dict.value_type);
    for (const auto& [key, item] : dict.items()) made->set(key, with_own_handles(item));
    return IValue(std::move(made));
}

Tracer* current_tracer() { return is_tracing() ? static_cast<Tracer*>(call_handler(CallMode::kTracing)) : nullptr; }

Tracer::Tracer(std::shared_ptr<CompilationUnit> unit) : unit_(std::move(unit)), serial_(++g_serial) {}
Tracer::~Tracer() = default;

// Modules
// ---------------------------------------------------------------------------------------------------------------------

Tracer::ModuleId Tracer::keep_module(Module module) {
    modules_.push_back(std::move(module));
    return modules_.size() - 1;
}

Tracer::ModuleId Tracer::add_module(const std::string& class_name, const NamedTensors& parameters,
                                    const NamedTensors& buffers,
                                    const std::vector<std::pair<std::string, ModuleId>>& children, bool training) {
    const std::string name = unit_->find_type(class_name) ? unit_->mangle(class_name) : class_name;
    auto type = make_intrusive<ClassType>(name, true);
    std::vector<IValue> slots;
    for (const auto& [tensor_name, tensor] : parameters) {
        type->add_attribute(tensor_name, tensor.defined() ? tensor_type() : none_type(), true);
        slots.emplace_back(tensor.defined() ? IValue(tensor) : IValue());
    }
    for (const auto& [tensor_name, tensor] : buffers) {
        type->add_attribute(tensor_name, tensor.defined() ? tensor_type() : none_type(), false, true);
        slots.emplace_back(tensor.defined() ? IValue(tensor) : IValue());
    }
    type->add_attribute("training", bool_type());
    slots.emplace_back(training);
    type->add_attribute("_is_full_backward_hook", optional_type(bool_type()));
    slots.emplace_back();
    for (const auto& [child_name, child] : children) {
        type->add_attribute(child_name, modules_[child].type);
        slots.emplace_back(modules_[child].object);
    }
    unit_->add_type(type);
    auto object = make_intrusive<ScriptObject>(type);
    for (size_t i = 0; i < slots.size(); ++i) object->set_slot(i, std::move(slots[i]));

    const ModuleId made = keep_module({std::move(object), std::move(type), kNoModule, ""});
    for (const auto& [child_name, child] : children) {
        if (modules_[child].parent != kNoModule) continue;
        modules_[child].parent = made;
        modules_[child].name = child_name;
    }
    for (const NamedTensors* tensors : {&parameters, &buffers}) {
        for (const auto& [tensor_name, tensor] : *tensors)
            if (tensor.defined()) places_.try_emplace(tensor.impl(), TensorPlace{made, tensor_name});
    }
    return made;
}

Tracer::ModuleId Tracer::add_module(IntrusivePtr<ScriptObject> compiled) {
    ClassTypePtr type = compiled->type;
    const ScriptObject* key = compiled.get();
    const ModuleId made = keep_module({std::move(compiled), std::move(type), kNoModule, ""});
    compiled_[key] = made;
    return made;
}

bool Tracer::is_below(ModuleId module, ModuleId root) const {
    while (module != kNoModule && module != root) module = modules_[module].parent;
    return module != kNoModule;
}

Value* Tracer::module_value(Frame& frame, ModuleId module) {
    if (frame.module == kNoModule || !is_below(module, frame.module)) return nullptr;
    if (module == frame.module) return frame.self;
    Value*& known = frame.modules[module];
    if (!known) {
        Value* parent = module_value(frame, modules_[module].parent);
        // At the start of the graph, after what it is read from: every node may use it.
        Node* const first = parent == frame.self ? frame.graph->block()->param_node : parent->node;
        Node* get = frame.graph->create(sym::prim_GetAttr, {parent});
        get->set_attr(sym::attr_name, IValue(modules_[module].name));
        get->output()->set_type(modules_[module].type);
        get->insert_after(first);
        known = get->output();
    }
    return known;
}

// Recording
// ---------------------------------------------------------------------------------------------------------------------

void Tracer::begin(const std::string& name, ModuleId module, const std::vector<std::string>& input_names,
                   const std::vector<IValue>& inputs) {
    WICK_ASSERT(!root_ && input_names.size() == inputs.size());
    name_ = name;
    root_ = std::make_unique<Frame>();
    frame_ = root_.get();
    root_->module = module;
    if (module != kNoModule) root_->self = graph().add_input("self", modules_[module].type);
    root_->input_names = input_names;
    std::vector<Value*> values;
    for (size_t i = 0; i < inputs.size(); ++i) values.push_back(graph().add_input(input_names[i], inputs[i].type()));
    for (size_t i = 0; i < inputs.size(); ++i) bind(values[i], inputs[i]);
    recording_ = std::make_unique<HandleCalls>(CallMode::kTracing, this);
}

void Tracer::abandon() {
    recording_.reset();
    root_.reset();
    frame_ = nullptr;
}

bool Tracer::enter(ModuleId module) {
    Value* object = module == frame_->module ? nullptr : module_value(*frame_, module);
    if (!object) return false;
    auto inner = std::make_unique<Frame>();
    inner->parent = frame_;
    inner->module = module;
    inner->self = inner->graph->add_input("self", modules_[module].type);
    inner->call = graph().insert_node(sym::prim_CallMethod, {object}, 0);
    inner->call->set_attr(sym::attr_name, IValue("forward"));
    frame_->calls.push_back(std::move(inner));
    frame_ = frame_->calls.back().get();
    return true;
}

void Tracer::leave() {
    frame_->is_running = false;
    frame_ = frame_->parent;
}

void Tracer::call(const Operator& op, Args args, IValue* results) {
    note_place();
    std::vector<Value*> given = TracedArguments::take();
    given.resize(args.size());
    const Schema& schema = op.schema();
    std::vector<Value*> inputs;
    for (size_t i = 0; i < args.size(); ++i) {
        const bool is_float = i < schema.arguments.size() && schema.arguments[i].type->is(TypeKind::Float);
        inputs.push_back(given[i]                       ? given[i]
                         : is_float && args[i].is_int() ? constant(IValue(static_cast<double>(args[i].to_int())))
                                                        : value_of(args[i]));
    }
    {
        const HandleCalls unrecorded(CallMode::kTracing, nullptr);
        op.call(args, results);
    }
    Node* node = graph().insert_node(Symbol::from(op.name), std::move(inputs), schema.returns.size());
    node->op = &op;
    node->range = place_;
    for (size_t i = 0; i < schema.returns.size(); ++i) {
        const TypePtr& type = schema.returns[i].type;
        node->output(i)->set_type(type->has_free_variables() ? results[i].type() : type);
    }
    for (size_t i = 0; i < schema.returns.size(); ++i) bind(node->output(i), results[i]);
}

Value* Tracer::call_graph(const Graph& body, const std::vector<Value*>& inputs, FunctionRef<IValue()> run,
                          IValue& result) {
    {
        const HandleCalls unrecorded(CallMode::kTracing, nullptr);
        result = run();
    }
    note_place();
    std::unordered_map<const Value*, Value*> values;
    for (size_t i = 0; i < inputs.size(); ++i) values[body.inputs()[i]] = inputs[i];
    for (const Node* node : body.block()->nodes()) {
        Node* copy = graph().insert(graph().create_clone(node, [&](Value* value) { return values.at(value); }));
        copy->range = has_place(*copy) ? place_ : SourceRange();
        for (size_t i = 0; i < node->outputs.size(); ++i) values[node->output(i)] = copy->output(i);
    }
    Value* made = values.at(body.outputs().at(0));
    bind(made, result);
    return made;
}

Value* Tracer::call_function(Function& function, const std::vector<Value*>& inputs, FunctionRef<IValue()> run,
                             IValue& result) {
    {
        const HandleCalls unrecorded(CallMode::kTracing, nullptr);
        result = run();
    }
    note_place();
    const bool is_method = !inputs.empty() && inputs[0]->type->is(TypeKind::Class);
    std::vector<Value*> all = inputs;
    if (!is_method) all.insert(all.begin(), graph().insert_constant(IValue(IntrusivePtr<Function>(&function))));
    Value* made = insert(is_method ? sym::prim_CallMethod : sym::prim_CallFunction, std::move(all),
                         function.schema().returns.at(0).type);
    if (is_method) made->node->set_attr(sym::attr_name, IValue(function.name()));
    made->node->range = place_;
    bind(made, result);
    return made;
}

Value* Tracer::insert(Symbol kind, std::vector<Value*> inputs, TypePtr type) {
    return graph().insert_node(kind, std::move(inputs))->output()->set_type(std::move(type));
}

void Tracer::bind(Value* value, const IValue& what) {
    if (what.is_tensor()) {
        frame_->values[key_of(what)] = value->set_type(observed_tensor_type(what.tensor_ref()));
        observed_[key_of(what)] = value->type;
        alive_.push_back(what);
    } else if (what.is_tuple()) {
        const std::vector<IValue>& elements = what.to_tuple().elements;
        if (elements.empty()) return;
        Node* unpack = graph().insert_node(sym::prim_TupleUnpack, {value}, elements.size());
        for (size_t i = 0; i < elements.size(); ++i) {
            unpack->output(i)->set_type(value->type->contained(i));
            bind(unpack->output(i), elements[i]);
        }
    } else if (what.is_list() && what.to_list().element_type->is(TypeKind::Tensor)) {
        const std::vector<IValue>& elements = what.to_list().items;
        Node* unpack = graph().insert_node(sym::prim_ListUnpack, {value}, elements.size());
        for (size_t i = 0; i < elements.size(); ++i) bind(unpack->output(i), elements[i]);
    } else if (what.is_dict() && what.to_dict().key_type->is(TypeKind::String)) {
        static const Operator* const getitem = Registry::instance().find_overload("aten::__getitem__.Dict_str");
        for (const auto& [key, item] : what.to_dict().items()) {
            Value* read = insert(sym::aten_getitem, {value, constant(key)}, what.to_dict().value_type);
            read->node->op = getitem;
            bind(read, item);
        }
    } else if (what.is_int() || what.is_double()) {
        frame_->values[value] = value;
    }
}

// What a value is
// ---------------------------------------------------------------------------------------------------------------------

Value* Tracer::find(Frame& frame, const void* key) {
    if (const auto known = frame.values.find(key); known != frame.values.end()) return known->second;
    for (const auto& call : frame.calls) {
        if (call->is_running) continue;  // it is what asks
        Value* inner = find(*call, key);
        if (!inner) continue;
        call->graph->register_output(inner);
        return frame.values[key] = call->call->add_output(without_observations(inner->type));
    }
    return nullptr;
}

Value* Tracer::find_from(Frame* frame, const void* key) {
    if (!frame) return nullptr;
    if (Value* known = find(*frame, key)) return known;
    if (const auto place = places_.find(key); place != places_.end()) {
        if (Value* module = module_value(*frame, place->second.module)) {
            Node* get = frame->graph->create(sym::prim_GetAttr, {module});
            get->set_attr(sym::attr_name, IValue(place->second.name));
            get->insert_after(module == frame->self ? frame->graph->block()->param_node : module->node);
            return frame->values[key] = get->output();
        }
    }
    Value* outer = find_from(frame->parent, key);
    if (!outer) return nullptr;
    frame->call->add_input(outer);
    frame->input_names.push_back(fmt::format("argument_{}", frame->input_names.size() + 1));
    const auto observed = observed_.find(key);
    return frame->values[key] = frame->graph->add_input(frame->input_names.back(),
                                                        observed == observed_.end() ? outer->type : observed->second);
}

Value* Tracer::number(Value* origin) { return find_from(frame_, origin); }

bool Tracer::is_known(const IValue& tensor) {
    Value* known = find_from(frame_, key_of(tensor));
    return known && known->node->kind != sym::prim_Constant;
}

void Tracer::check_depends(const IValue& tensor) {
    WICK_CHECK(is_known(tensor),
               "output of traced region did not have observable data dependence with trace inputs; this probably "
               "indicates your program cannot be understood by the tracer.");
}

Value* Tracer::constant(const IValue& value) {
    WICK_CHECK(!value.is_tensor() || !value.tensor_ref().requires_grad(),
               "Cannot insert a Tensor that requires grad as a constant. Consider making it a parameter or input, or "
               "detaching the gradient");
    WICK_CHECK(is_constant_form(value), kCannotBeTraced, value.type()->annotation_str());
    return graph().insert_constant(value, {}, value.is_none() ? SourceRange() : place_);
}

Value* Tracer::value_of(const IValue& value) {
    if (value.is_tensor()) {
        Value* known = find_from(frame_, key_of(value));
        if (known) return known;
        alive_.push_back(value);
        return frame_->values[key_of(value)] = constant(value)->set_type(observed_tensor_type(value.tensor_ref()));
    }
    if (value.is_object()) {
        const auto known = compiled_.find(&value.to_object());
        Value* module = known == compiled_.end() ? nullptr : module_value(*frame_, known->second);
        WICK_CHECK(module, "a trace calls a compiled module, {}, that is not part of the module that is traced",
                   value.to_object().type->name());
        return module;
    }
    std::vector<Value*> elements;
    if (value.is_list()) {
        for (const IValue& item : value.to_list().items) elements.push_back(value_of(item));
    } else if (value.is_tuple()) {
        for (const IValue& item : value.to_tuple().elements) elements.push_back(value_of(item));
    } else if (value.is_dict()) {
        for (const auto& [key, item] : value.to_dict().items()) {
            elements.push_back(value_of(key));
            elements.push_back(value_of(item));
        }
    } else {
        return constant(value);
    }
    return container(value, elements);
}

Value* Tracer::container(const IValue& value, const std::vector<Value*>& elements) {
    if (value.is_tuple() && !value.to_tuple().named_type) {
        std::vector<TypePtr> types;
        for (const Value* element : elements) types.push_back(element->type);
        return insert(sym::prim_TupleConstruct, elements, tuple_type(std::move(types)));
    }
    return insert(value.is_list()    ? sym::prim_ListConstruct
                  : value.is_tuple() ? sym::prim_TupleConstruct
                                     : sym::prim_DictConstruct,
                  elements, value.type());
}

// The end
// ---------------------------------------------------------------------------------------------------------------------

IntrusivePtr<Function> Tracer::finish(Value* result) {
    WICK_ASSERT(frame_ == root_.get());
    recording_.reset();
    place_ = {};
    IntrusivePtr<Function> made = finish(*root_, result);
    abandon();
    return made;
}

IntrusivePtr<Function> Tracer::finish(Frame& frame, Value* result) {
    Graph& graph = *frame.graph;
    graph.register_output(result);
    lower_simple_tuples(graph);
    // After dead code has gone, so that what nobody uses of a call is no result of it.
    finish_calls(frame);
    graph.verify();

    ClassType* type = frame.module == kNoModule ? nullptr : modules_[frame.module].type.get();
    const std::string name = type ? method_name(*type, frame.parent ? "forward" : name_) : name_;
    Schema schema;
    schema.name = name.substr(name.rfind('.') + 1);
    if (type) schema.arguments.push_back(argument("self", modules_[frame.module].type));
    for (size_t i = 0; i < frame.input_names.size(); ++i)
        schema.arguments.push_back(
            argument(frame.input_names[i], without_observations(graph.inputs()[i + (type ? 1 : 0)]->type)));
    schema.returns.push_back(argument("", without_observations(graph.outputs()[0]->type)));
    const std::string qualified = type                         ? type->name() + "." + name
                                  : unit_->find_function(name) ? unit_->mangle(name)
                                                               : name;
    auto function = make_intrusive<Function>(qualified, std::move(schema), frame.graph);
    unit_->add_function(function);
    if (type) type->add_method(function);
    return function;
}

void Tracer::finish_calls(Frame& frame) {
    for (const auto& call : frame.calls) {
        Graph& body = *call->graph;
        Node* node = call->call;
        for (size_t i = node->outputs.size(); i-- > 0;) {
            if (!node->output(i)->uses.empty()) continue;
            node->erase_output(i);
            body.block()->erase_output(i);
        }
        std::vector<Value*> results = body.outputs();
        std::vector<TypePtr> types;
        for (const Value* value : results) types.push_back(value->type);
        while (!body.outputs().empty()) body.block()->erase_output(body.outputs().size() - 1);

        body.set_insert_point(body.block());
        Value* result = results.size() == 1 ? results[0]
                        : results.empty()   ? body.insert_constant(IValue())
                                            : body.insert_node(sym::prim_TupleConstruct, results)->output();
        if (results.size() > 1) result->set_type(tuple_type(types));
        const IntrusivePtr<Function> method = finish(*call, result);
        node->set_attr(sym::attr_name, IValue(method->name()));
        if (results.size() != 1) {
            // Several results are a tuple, and none is None.
            Value* whole = node->insert_output(0, without_observations(result->type));
            if (!results.empty()) {
                Node* unpack = frame.graph->create(sym::prim_TupleUnpack, {whole}, results.size())->insert_after(node);
                for (size_t i = 0; i < results.size(); ++i) {
                    unpack->output(i)->set_type(without_observations(types[i]));
                    node->output(i + 1)->replace_all_uses_with(unpack->output(i));
                }
                while (node->outputs.size() > 1) node->erase_output(node->outputs.size() - 1);
            }
        }
    }
}

}  // namespace wick::jit
