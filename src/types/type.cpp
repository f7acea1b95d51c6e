#include <algorithm>
#include <array>

#include <wick/support/check.h>
#include <wick/types/function.h>
#include <wick/types/ivalue.h>
#include <wick/types/schema.h>
#include <wick/types/type.h>

namespace wick::jit {

/// The one place that constructs plain Type objects.
struct TypeFactory {
    static TypePtr make(TypeKind kind, std::vector<TypePtr> contained = {}) {
        return TypePtr(new Type(kind, std::move(contained)));
    }
};

namespace {

constexpr size_t kKinds = static_cast<size_t>(TypeKind::Interface) + 1;

std::string_view spelling(TypeKind kind) {
    switch (kind) {
#define _(name, text)    \
    case TypeKind::name: \
        return text;
        WICK_FORALL_TYPE_KINDS(_)
#undef _
    }
    return "";
}

/// Wrapping a common simple type gives the same immortal object each time; other element types get a fresh one.
TypePtr wrap(TypeKind kind, TypePtr element) {
    constexpr size_t kSimple = static_cast<size_t>(TypeKind::Function) + 1;
    static const auto table = [] {
        std::array<std::array<TypePtr, kSimple>, kKinds> all;
        for (TypeKind outer : {TypeKind::List, TypeKind::Optional, TypeKind::Future}) {
            for (size_t i = 0; i < kSimple; ++i) {
                TypePtr type = TypeFactory::make(outer, {simple_type(static_cast<TypeKind>(i))});
                type->make_immortal();
                all[static_cast<size_t>(outer)][i] = type;
            }
        }
        return all;
    }();
    const size_t inner = static_cast<size_t>(element->kind());
    if (inner < kSimple && element == simple_type(element->kind())) {
        if (const TypePtr& shared = table[static_cast<size_t>(kind)][inner]) return shared;
    }
    return TypeFactory::make(kind, {std::move(element)});
}

/// The text of a type shows this many parts at most. A tuple of twice the same tuple of twice the same … has a short
/// program and a text that fits in no memory.
constexpr int kMaxParts = 4096;

std::string join(const std::vector<TypePtr>& types, std::string (Type::*text)() const) {
    thread_local int depth = 0;
    thread_local int parts = 0;
    if (depth == 0) parts = 0;
    struct Deeper {
        Deeper() { ++depth; }
        ~Deeper() { --depth; }
    } deeper;
    std::string out;
    for (size_t i = 0; i < types.size(); ++i) {
        if (i) out += ", ";
        if (++parts > kMaxParts) return out + "...";
        out += (types[i].get()->*text)();
    }
    return out;
}

}  // namespace

Type::Type(TypeKind kind, std::vector<TypePtr> contained) : kind_(kind), contained_(std::move(contained)) {
    for (const TypePtr& t : contained_) has_free_variables_ |= t->has_free_variables_;
}

const TypePtr& simple_type(TypeKind kind) {
    static const auto table = [] {
        std::array<TypePtr, kKinds> all;
        for (size_t i = 0; i <= static_cast<size_t>(TypeKind::Function); ++i) {
            all[i] = TypeFactory::make(static_cast<TypeKind>(i));
            all[i]->make_immortal();
        }
        return all;
    }();
    return table[static_cast<size_t>(kind)];
}

const TypePtr& any_type() { return simple_type(TypeKind::Any); }
const TypePtr& tensor_type() { return simple_type(TypeKind::Tensor); }
const TypePtr& int_type() { return simple_type(TypeKind::Int); }
const TypePtr& float_type() { return simple_type(TypeKind::Float); }
const TypePtr& complex_type() { return simple_type(TypeKind::Complex); }
const TypePtr& bool_type() { return simple_type(TypeKind::Bool); }
const TypePtr& string_type() { return simple_type(TypeKind::String); }
const TypePtr& none_type() { return simple_type(TypeKind::None); }
const TypePtr& number_type() { return simple_type(TypeKind::Number); }
const TypePtr& device_type() { return simple_type(TypeKind::Device); }

TypePtr list_type(TypePtr element) { return wrap(TypeKind::List, std::move(element)); }
TypePtr dict_type(TypePtr key, TypePtr value) {
    return TypeFactory::make(TypeKind::Dict, {std::move(key), std::move(value)});
}
TypePtr future_type(TypePtr element) { return wrap(TypeKind::Future, std::move(element)); }
TypePtr await_type(TypePtr element) { return TypeFactory::make(TypeKind::Await, {std::move(element)}); }
TypePtr rref_type(TypePtr element) { return TypeFactory::make(TypeKind::RRef, {std::move(element)}); }
TypePtr var_type(std::string name) { return make_intrusive<VarType>(std::move(name)); }

TypePtr tuple_type(std::vector<TypePtr> elements) {
    return make_intrusive<TupleType>(std::move(elements), "", std::vector<std::string>(), std::vector<IValue>());
}

TypePtr named_tuple_type(std::string name, std::vector<std::string> fields, std::vector<TypePtr> types,
                         std::vector<IValue> defaults) {
    return make_intrusive<TupleType>(std::move(types), std::move(name), std::move(fields), std::move(defaults));
}

TypePtr optional_type(TypePtr element) {
    if (element->is(TypeKind::None) || element->is(TypeKind::Optional) || element->is(TypeKind::Any)) return element;
    if (element->is(TypeKind::Union)) {
        std::vector<TypePtr> members = element->contained();
        members.push_back(none_type());
        return union_type(std::move(members));
    }
    return wrap(TypeKind::Optional, std::move(element));
}

/// The order of a Union's members: by kind as PyTorch numbers them, then by text.
static bool stands_before(const TypePtr& a, const TypePtr& b) {
    using enum TypeKind;
    static constexpr TypeKind kOrder[] = {Any,    Enum,      AnyEnum,   Tensor,   Storage,  Tuple,    List,   Dict,
                                          Number, Float,     Complex,   Future,   Await,    RRef,     Int,    None,
                                          String, Generator, Bool,      Optional, Var,      Device,   Stream, Function,
                                          Class,  Capsule,   Interface, AnyList,  AnyTuple, AnyClass, Union};
    if (a->is(b->kind())) return a->str() < b->str();
    const auto place = [](const TypePtr& type) {
        return std::find(std::begin(kOrder), std::end(kOrder), type->kind());
    };
    return place(a) < place(b);
}

TypePtr union_type(std::vector<TypePtr> members) {
    std::vector<TypePtr> flat;
    auto add = [&flat](const TypePtr& type) {
        for (const TypePtr& known : flat) {
            if (type->is_subtype_of(known)) return;
        }
        std::erase_if(flat, [&](const TypePtr& known) { return known->is_subtype_of(type); });
        flat.push_back(type);
    };
    for (const TypePtr& member : members) {
        if (member->is(TypeKind::Union)) {
            for (const TypePtr& inner : member->contained()) add(inner);
        } else if (member->is(TypeKind::Optional)) {
            add(member->contained(0));
            add(none_type());
        } else {
            add(member);
        }
    }
    if (flat.size() == 1) return flat[0];
    std::stable_sort(flat.begin(), flat.end(), stands_before);
    if (flat.size() == 2) {
        if (flat[0]->is(TypeKind::None)) return wrap(TypeKind::Optional, flat[1]);
        if (flat[1]->is(TypeKind::None)) return wrap(TypeKind::Optional, flat[0]);
    }
    return TypeFactory::make(TypeKind::Union, std::move(flat));
}

std::string Type::str() const {
    switch (kind_) {
        case TypeKind::List:
            return contained_[0]->str() + "[]";
        case TypeKind::Optional:
            return contained_[0]->str() + "?";
        case TypeKind::Dict:
            return "Dict(" + join(contained_, &Type::str) + ")";
        case TypeKind::Union:
            return "Union(" + join(contained_, &Type::str) + ")";
        case TypeKind::Future:
            return "Future(" + contained_[0]->str() + ")";
        case TypeKind::Await:
            return "Await(" + contained_[0]->str() + ")";
        case TypeKind::RRef:
            return "RRef(" + contained_[0]->str() + ")";
        default:
            return std::string(spelling(kind_));
    }
}

std::string Type::annotation_str() const {
    switch (kind_) {
        case TypeKind::List:
            return "List[" + contained_[0]->annotation_str() + "]";
        case TypeKind::Optional:
            return "Optional[" + contained_[0]->annotation_str() + "]";
        case TypeKind::Dict:
            return "Dict[" + join(contained_, &Type::annotation_str) + "]";
        case TypeKind::Union:
            return "Union[" + join(contained_, &Type::annotation_str) + "]";
        case TypeKind::Future:
            return "Future[" + contained_[0]->annotation_str() + "]";
        case TypeKind::Await:
            return "Await[" + contained_[0]->annotation_str() + "]";
        case TypeKind::RRef:
            return "RRef[" + contained_[0]->annotation_str() + "]";
        case TypeKind::Number:
            return "number";
        case TypeKind::AnyList:
            return "list";
        case TypeKind::AnyTuple:
            return "tuple";
        default:
            return str();
    }
}

bool Type::equals(const Type& other) const {
    if (this == &other) return true;
    if (kind_ != other.kind_ || contained_.size() != other.contained_.size()) return false;
    if (kind_ == TypeKind::Union) {
        return std::all_of(contained_.begin(), contained_.end(), [&](const TypePtr& mine) {
            return std::any_of(other.contained_.begin(), other.contained_.end(),
                               [&](const TypePtr& its) { return mine->equals(*its); });
        });
    }
    for (size_t i = 0; i < contained_.size(); ++i) {
        if (!contained_[i]->equals(*other.contained_[i])) return false;
    }
    return true;
}

static bool implements(const ClassType& type, const InterfaceType& interface, std::string* why) {
    if (type.is_module() != interface.is_module()) {
        if (why)
            *why = fmt::format("Class '{}' and interface '{}' differ in being a module", type.name(), interface.name());
        return false;
    }
    for (const Schema& wanted : interface.methods()) {
        Function* method = type.find_method(wanted.name);
        if (!method) {
            if (why)
                *why = fmt::format("Class '{}' does not have method '{}' but '{}' does.", type.name(), wanted.name,
                                   interface.name());
            return false;
        }
        const Schema& have = method->schema();
        bool fits = have.arguments.size() == wanted.arguments.size() && have.returns.size() == wanted.returns.size();
        for (size_t i = 1; fits && i < wanted.arguments.size(); ++i) {
            fits = wanted.arguments[i].name == have.arguments[i].name &&
                   wanted.arguments[i].type->is_subtype_of(have.arguments[i].type);
        }
        for (size_t i = 0; fits && i < wanted.returns.size(); ++i)
            fits = have.returns[i].type->is_subtype_of(wanted.returns[i].type);
        if (!fits) {
            if (why)
                *why = fmt::format(
                    "Method on class '{}' (1) is not compatible with interface '{}' (2)\n  (1) {}\n  (2) {}",
                    type.name(), interface.name(), have.str(), wanted.str());
            return false;
        }
    }
    return true;
}

bool Type::is_subtype_of(const Type& other) const { return is_subtype_of(other, nullptr); }

bool Type::is_subtype_of(const Type& other, std::string* why) const {
    if (this == &other || other.kind_ == TypeKind::Any || equals(other)) return true;
    auto all_under = [&](const std::vector<TypePtr>& members) {
        return std::all_of(members.begin(), members.end(),
                           [&](const TypePtr& m) { return m->is_subtype_of(other, why); });
    };
    if (kind_ == TypeKind::Union) return all_under(contained_);
    if (kind_ == TypeKind::Optional && (other.kind_ == TypeKind::Optional || other.kind_ == TypeKind::Union))
        return none_type()->is_subtype_of(other) && contained_[0]->is_subtype_of(other, why);
    switch (other.kind_) {
        case TypeKind::Optional:
            return kind_ == TypeKind::None || is_subtype_of(*other.contained_[0], why);
        case TypeKind::Union:
            return std::any_of(other.contained_.begin(), other.contained_.end(),
                               [&](const TypePtr& m) { return is_subtype_of(*m); });
        case TypeKind::Number:
            return kind_ == TypeKind::Int || kind_ == TypeKind::Float || kind_ == TypeKind::Complex;
        case TypeKind::AnyList:
            return kind_ == TypeKind::List;
        case TypeKind::AnyTuple:
            return kind_ == TypeKind::Tuple;
        case TypeKind::AnyClass:
            return kind_ == TypeKind::Class;
        case TypeKind::AnyEnum:
            return kind_ == TypeKind::Enum;
        case TypeKind::Tuple: {
            if (kind_ != TypeKind::Tuple || contained_.size() != other.contained_.size()) return false;
            const auto& mine = expect<TupleType>();
            const auto& its = other.expect<TupleType>();
            if (!its.name().empty() && mine.field_names() != its.field_names()) return false;
            for (size_t i = 0; i < contained_.size(); ++i) {
                if (!contained_[i]->is_subtype_of(*other.contained_[i], why)) return false;
            }
            return true;
        }
        case TypeKind::Interface:
            if (kind_ == TypeKind::Class) return implements(expect<ClassType>(), other.expect<InterfaceType>(), why);
            if (kind_ == TypeKind::Interface) {
                // An interface is under another when it has all of the other's methods, with equal signatures.
                for (const Schema& wanted : other.expect<InterfaceType>().methods()) {
                    const Schema* have = expect<InterfaceType>().find_method(wanted.name);
                    if (!have || have->str() != wanted.str()) return false;
                }
                return true;
            }
            return false;
        default:
            return false;
    }
}

VarType::VarType(std::string name) : Type(TypeKind::Var), name_(std::move(name)) { has_free_variables_ = true; }
bool VarType::equals(const Type& other) const {
    return other.kind() == TypeKind::Var && other.expect<VarType>().name_ == name_;
}

TupleType::TupleType(std::vector<TypePtr> elements, std::string name, std::vector<std::string> field_names,
                     std::vector<IValue> field_defaults)
    : Type(TypeKind::Tuple, std::move(elements)),
      name_(std::move(name)),
      field_names_(std::move(field_names)),
      field_defaults_(std::move(field_defaults)) {}

TupleType::~TupleType() = default;

std::string TupleType::str() const { return name_.empty() ? "(" + join(contained_, &Type::str) + ")" : name_; }

std::string TupleType::annotation_str() const {
    if (!name_.empty()) return name_;
    return contained_.empty() ? "Tuple[()]" : "Tuple[" + join(contained_, &Type::annotation_str) + "]";
}

bool TupleType::equals(const Type& other) const {
    if (this == &other) return true;
    if (!Type::equals(other)) return false;
    const auto& tuple = other.expect<TupleType>();
    return name_ == tuple.name_ && field_names_ == tuple.field_names_;
}

EnumType::EnumType(std::string name, TypePtr value_type, std::vector<std::pair<std::string, IValue>> members)
    : Type(TypeKind::Enum, {std::move(value_type)}), name_(std::move(name)), members_(std::move(members)) {}
EnumType::~EnumType() = default;

ClassType::ClassType(std::string name, bool is_module)
    : Type(TypeKind::Class), name_(std::move(name)), is_module_(is_module) {}
ClassType::~ClassType() = default;

template <class List, class Key>
static int64_t find_named(const List& list, std::string_view name, Key key) {
    for (size_t i = 0; i < list.size(); ++i) {
        if (key(list[i]) == name) return static_cast<int64_t>(i);
    }
    return -1;
}

void ClassType::forget_attribute_types() {
    for (Attribute& attribute : attributes_) attribute.type = any_type();
}

int64_t ClassType::find_attribute(std::string_view name) const {
    return find_named(attributes_, name, [](const Attribute& a) -> const std::string& { return a.name; });
}

const IValue* ClassType::find_constant(std::string_view name) const {
    const int64_t i = find_named(constants_, name, [](const auto& c) -> const std::string& { return c.first; });
    return i < 0 ? nullptr : &constants_[i].second;
}

/// Function::name without a copy: lookups by name happen at calls.
static std::string_view plain_name(const IntrusivePtr<Function>& function) {
    const std::string_view name = function->qualified_name();
    return name.substr(name.rfind('.') + 1);
}

Function* ClassType::find_method(std::string_view name) const {
    const auto found = method_named_.find(name);
    return found == method_named_.end() ? nullptr : found->second;
}

Function* ClassType::find_static_method(std::string_view name) const {
    const int64_t i = find_named(static_methods_, name, plain_name);
    return i < 0 ? nullptr : static_methods_[i].get();
}

const ClassType::Property* ClassType::find_property(std::string_view name) const {
    const int64_t i = find_named(properties_, name, [](const Property& p) -> const std::string& { return p.name; });
    return i < 0 ? nullptr : &properties_[i];
}

int64_t ClassType::add_attribute(std::string name, TypePtr type, bool is_parameter, bool is_buffer) {
    attributes_.push_back({std::move(name), std::move(type), is_parameter, is_buffer});
    return static_cast<int64_t>(attributes_.size()) - 1;
}

void ClassType::add_constant(std::string name, IValue value) {
    constants_.emplace_back(std::move(name), std::move(value));
}
void ClassType::add_method(IntrusivePtr<Function> method) {
    method_named_.try_emplace(plain_name(method), method.get());
    methods_.push_back(std::move(method));
}
void ClassType::add_static_method(IntrusivePtr<Function> method) { static_methods_.push_back(std::move(method)); }
void ClassType::add_property(Property property) { properties_.push_back(std::move(property)); }
void ClassType::add_forward_pre_hook(IntrusivePtr<Function> hook) { forward_pre_hooks_.push_back(std::move(hook)); }
void ClassType::add_forward_hook(IntrusivePtr<Function> hook) { forward_hooks_.push_back(std::move(hook)); }

InterfaceType::InterfaceType(std::string name, bool is_module)
    : Type(TypeKind::Interface), name_(std::move(name)), is_module_(is_module) {}
InterfaceType::~InterfaceType() = default;

const Schema* InterfaceType::find_method(std::string_view name) const {
    const int64_t i = find_named(methods_, name, [](const Schema& s) -> const std::string& { return s.name; });
    return i < 0 ? nullptr : &methods_[i];
}

void InterfaceType::add_method(Schema schema) { methods_.push_back(std::move(schema)); }
void InterfaceType::clear() { methods_.clear(); }

TypePtr unify_types(const TypePtr& a, const TypePtr& b, bool default_to_union) {
    if (a->is_subtype_of(b)) return b;
    if (b->is_subtype_of(a)) return a;
    if (a->is(TypeKind::None)) return optional_type(b);
    if (b->is(TypeKind::None)) return optional_type(a);
    if (a->is(TypeKind::Optional) || b->is(TypeKind::Optional)) {
        const TypePtr& inner_a = a->is(TypeKind::Optional) ? a->contained(0) : a;
        const TypePtr& inner_b = b->is(TypeKind::Optional) ? b->contained(0) : b;
        if (TypePtr inner = unify_types(inner_a, inner_b)) return optional_type(inner);
    }
    if (a->is(TypeKind::Tuple) && b->is(TypeKind::Tuple) && a->contained().size() == b->contained().size()) {
        std::vector<TypePtr> elements;
        for (size_t i = 0; i < a->contained().size(); ++i) {
            TypePtr element = unify_types(a->contained(i), b->contained(i), default_to_union);
            if (!element) return nullptr;
            elements.push_back(std::move(element));
        }
        return tuple_type(std::move(elements));
    }
    if (a->is(TypeKind::Future) && b->is(TypeKind::Future)) {
        if (TypePtr element = unify_types(a->contained(0), b->contained(0))) return future_type(std::move(element));
    }
    return default_to_union ? union_type({a, b}) : nullptr;
}

}  // namespace wick::jit
