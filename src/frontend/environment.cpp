#include "frontend/environment.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <unordered_map>

#include "frontend/class_values.h"
#include "frontend/operator_values.h"
#include "frontend/special_form.h"
#include "types/inferred_tensor.h"

namespace wick::jit {

bool is_meaningful_name(const std::string& name) {
    if (name.empty() || name[0] == '$') return false;
    if (name[0] != '_') return true;
    for (size_t i = 1; i < name.size(); ++i) {
        if (!std::isdigit(static_cast<unsigned char>(name[i]))) return true;
    }
    return false;
}

Node* create_load(Graph& graph, const std::string& name, const TypePtr& type) {
    Node* node = graph.create(sym::prim_Load);
    node->set_attr(sym::attr_name, IValue(name));
    node->output()->set_type(type);
    return node;
}

Node* create_store(Graph& graph, const std::string& name, Value* value) {
    Node* node = graph.create(sym::prim_Store, {value}, 0);
    node->set_attr(sym::attr_name, IValue(name));
    return node;
}

SugaredPtr builtin_value(const std::string& name) {
    using Make = SugaredPtr (*)();
#define WICK_OPERATOR(op) [] { return SugaredPtr(std::make_shared<BuiltinFunction>(Symbol::from(op), std::nullopt)); }
#define WICK_MAGIC(method, op) [] { return SugaredPtr(std::make_shared<MagicFunction>(method, Symbol::from(op))); }
#define WICK_CAST(type, op, method) \
    [] { return SugaredPtr(std::make_shared<CastFunction>(type(), Symbol::from(op), method)); }
#define WICK_FORM(form) [] { return SugaredPtr(std::make_shared<SpecialFormValue>(SpecialForm::form)); }
    static const std::unordered_map<std::string, Make> names = {
        {"print", [] { return SugaredPtr(std::make_shared<PrintFunction>()); }},
        {"float", WICK_CAST(float_type, "aten::Float", "__float__")},
        {"int", WICK_CAST(int_type, "aten::Int", "__int__")},
        {"bool", WICK_CAST(bool_type, "aten::Bool", "__bool__")},
        {"complex", WICK_CAST(complex_type, "aten::Complex", "__complex__")},
        {"str", WICK_CAST(string_type, "aten::str", "__str__")},
        {"getattr", WICK_FORM(getattr)},
        {"hasattr", WICK_FORM(hasattr)},
        {"isinstance", WICK_FORM(isinstance)},
        {"tuple", WICK_FORM(tuple)},
        {"list", WICK_FORM(list)},
        {"dict", WICK_FORM(dict)},
        {"range", WICK_FORM(range)},
        {"zip", WICK_FORM(zip)},
        {"slice", WICK_FORM(slice)},
        {"enumerate", WICK_FORM(enumerate)},
        {"rangelist", WICK_OPERATOR("prim::rangelist")},
        {"sorted", WICK_OPERATOR("aten::sorted")},
        {"min", WICK_OPERATOR("prim::min")},
        {"max", WICK_OPERATOR("prim::max")},
        {"abs", WICK_OPERATOR("prim::abs")},
        {"all", WICK_OPERATOR("aten::all")},
        {"any", WICK_OPERATOR("aten::any")},
        {"divmod", WICK_OPERATOR("aten::divmod")},
        {"sum", WICK_OPERATOR("aten::sum")},
        {"pow", WICK_OPERATOR("aten::pow")},
        {"ord", WICK_OPERATOR("aten::ord")},
        {"chr", WICK_OPERATOR("aten::chr")},
        {"bin", WICK_OPERATOR("aten::bin")},
        {"id", WICK_OPERATOR("prim::id")},
        {"len", WICK_MAGIC("__len__", "aten::len")},
        {"hash", WICK_MAGIC("__hash__", "aten::hash")},
        {"hex", WICK_MAGIC("__hex__", "aten::hex")},
        {"oct", WICK_MAGIC("__oct__", "aten::oct")},
        {"round", WICK_MAGIC("__round__", "aten::round")},
    };
#undef WICK_OPERATOR
#undef WICK_MAGIC
#undef WICK_CAST
#undef WICK_FORM
    const auto found = names.find(name);
    if (found != names.end()) return found->second();
    static constexpr std::string_view kExceptions[] = {
        "ArithmeticError", "AssertionError",     "AttributeError", "BaseException",       "EOFError",
        "Exception",       "FloatingPointError", "ImportError",    "IndexError",          "KeyError",
        "LookupError",     "MemoryError",        "NameError",      "NotImplementedError", "OSError",
        "OverflowError",   "RecursionError",     "RuntimeError",   "StopIteration",       "SystemError",
        "TypeError",       "UnicodeError",       "ValueError",     "ZeroDivisionError",
    };
    if (std::find(std::begin(kExceptions), std::end(kExceptions), name) == std::end(kExceptions)) return nullptr;
    return std::make_shared<ExceptionValue>("builtins." + name);
}

void Environment::push(Block* block) { frame_ = std::make_shared<Frame>(Frame{block, frame_, {}, {}, {}}); }

Environment::FramePtr Environment::pop() {
    FramePtr ended = frame_;
    frame_ = frame_->parent;
    return ended;
}

SugaredPtr Environment::load(const FramePtr& from, const std::string& name, const SourceRange& range) {
    for (FramePtr frame = from; frame; frame = frame->parent) {
        if (const auto value = frame->values.find(name); value != frame->values.end()) return value->second;
        if (const auto type = frame->types.find(name); type != frame->types.end()) {
            Node* node = create_load(graph_, name, type->second);
            node->range = range;
            if (is_meaningful_name(name)) node->output()->set_name(name);
            return sugar(graph_.insert(node)->output());
        }
    }
    return nullptr;
}

SugaredPtr Environment::find_variable(const std::string& name, const SourceRange& range) {
    return load(frame_, name, range);
}

SugaredPtr Environment::find_sugared(const std::string& name) const {
    for (FramePtr frame = frame_; frame; frame = frame->parent) {
        if (const auto value = frame->values.find(name); value != frame->values.end()) return value->second;
        if (frame->types.contains(name)) return nullptr;
    }
    return nullptr;
}

SugaredPtr Environment::find_from(const FramePtr& frame, const std::string& name, const SourceRange& range) {
    return load(frame, name, range);
}

static constexpr std::string_view kOtherFunctions[] = {
    "__import__", "ascii", "breakpoint", "callable",   "compile", "delattr", "dir",  "eval", "exec",    "format",
    "globals",    "input", "iter",       "issubclass", "locals",  "next",    "open", "repr", "setattr", "vars"};
static constexpr std::string_view kOtherClasses[] = {
    "bytearray", "bytes",    "classmethod", "filter", "frozenset",    "map",   "memoryview",
    "object",    "property", "reversed",    "set",    "staticmethod", "super", "type"};

bool is_other_builtin(std::string_view name) {
    return std::ranges::find(kOtherFunctions, name) != std::end(kOtherFunctions) ||
           std::ranges::find(kOtherClasses, name) != std::end(kOtherClasses);
}

SugaredPtr Environment::get(const std::string& name, const SourceRange& range) {
    if (SugaredPtr variable = load(frame_, name, range)) return variable;
    for (FramePtr frame = frame_; frame; frame = frame->parent) {
        if (const auto error = frame->errors.find(name); error != frame->errors.end())
            throw CompileError(error->second, fmt::format("and was used here:\n{}", range.highlight()));
    }
    if (SugaredPtr outside = resolver_.resolve_value(name, graph_, range)) return outside;
    if (SugaredPtr builtin = builtin_value(name)) return builtin;
    if (std::ranges::find(kOtherFunctions, name) != std::end(kOtherFunctions))
        throw CompileError(
            range,
            fmt::format("Python builtin <built-in function {}> is currently not supported in Torchscript", name));
    if (std::ranges::find(kOtherClasses, name) != std::end(kOtherClasses))
        return std::make_shared<PythonClassValue>(name);
    throw CompileError(range, fmt::format("undefined value {}", name));
}

void Environment::set(const SourceRange& range, const std::string& name, SugaredPtr value, const TypePtr& annotation) {
    Value* simple = value->simple();
    // A value of another block keeps its (lack of a) name: renaming it here would make the text depend on its uses.
    if (simple && !simple->has_name() && is_meaningful_name(name) && simple->node->block == block())
        simple->set_name(name);

    const SugaredPtr outer = load(frame_->parent, name, range);
    if (outer && !frame_->types.count(name) && !frame_->values.count(name)) {
        if (annotation)
            throw CompileError(range, fmt::format("Attempting to declare and annotate the type of variable '{}' but it "
                                                  "is already defined in an outer block",
                                                  name));
        if (!simple) {
            throw CompileError(
                range,
                fmt::format("Cannot re-assign '{}' to a value of type {} because {} is not a first-class value.  Only "
                            "reassignments to first-class values are allowed",
                            name, value->kind(), name));
        }
        Value* before = outer->simple();
        if (!before) {
            throw CompileError(
                range,
                fmt::format("Cannot re-assign '{}' because it has type {} and {} is not a first-class value.  Only "
                            "reassignments to first-class values are allowed",
                            name, value->kind(), name));
        }
    }
    if (outer && simple && outer->simple()) {
        const TypePtr& type = outer->simple()->type;
        simple = try_convert_to_type(range, graph_, type, simple, true);
        if (!simple->type->is_subtype_of(type)) {
            throw CompileError(
                range,
                fmt::format("Variable '{}' previously had type {} but is now being assigned to a value of type {}",
                            name, described(type), described(simple->type)));
        }
    }
    if (!simple) {
        frame_->types.erase(name);
        frame_->values[name] = std::move(value);
        return;
    }
    if (annotation && !simple->type->is_subtype_of(annotation)) {
        throw CompileError(
            range, fmt::format("Variable '{}' is annotated with type {} but is being assigned to a value of type {}",
                               name, described(annotation), described(simple->type)));
    }
    Node* store = create_store(graph_, name, simple);
    store->range = range;
    graph_.insert(store);
    frame_->values.erase(name);
    frame_->types[name] = annotation ? annotation : simple->type;
}

bool Environment::forget(const std::string& name) {
    bool known = false;
    for (FramePtr frame = frame_; frame; frame = frame->parent) {
        known |= frame->types.erase(name) > 0;
        known |= frame->values.erase(name) > 0;
    }
    return known;
}

void Environment::remove(const SourceRange& range, const std::string& name) {
    if (!forget(name)) throw CompileError(range, fmt::format("undefined value {}", name));
}

Temporary::Temporary(Environment& env, const SourceRange& range, SugaredPtr value)
    : env_(env), range_(range), name_(env.new_name()) {
    env_.set(range_, name_, std::move(value));
}

std::vector<std::string> Environment::defined_in(const Frame& frame) {
    std::vector<std::string> names;
    for (const auto& [name, type] : frame.types) names.push_back(name);
    return names;
}

}  // namespace wick::jit
