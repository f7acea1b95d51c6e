#pragma once
// The types of TorchScript.
//
// Types are immutable once their definition is complete, shared, and compared structurally; classes, enums and
// interfaces are nominal (one object per definition). `str()` is the form in schemas and, mostly, in printed
// graphs ("int[]", "Dict(str, Tensor)", "int?"; ir/repr.h has the differences), `annotation_str()` the form in Python
// source ("List[int]", "Optional[int]").

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <wick/support/export.h>
#include <wick/support/intrusive_ptr.h>

namespace wick {

class IValue;

namespace jit {

class Type;
class ClassType;
class Function;
using TypePtr = IntrusivePtr<const Type>;

// (kind, graph spelling of the kinds without parameters)
#define WICK_FORALL_TYPE_KINDS(_) \
    _(Any, "Any")                 \
    _(Tensor, "Tensor")           \
    _(Int, "int")                 \
    _(Float, "float")             \
    _(Complex, "complex")         \
    _(Bool, "bool")               \
    _(String, "str")              \
    _(None, "NoneType")           \
    _(Number, "Scalar")           \
    _(Device, "Device")           \
    _(Generator, "Generator")     \
    _(Stream, "Stream")           \
    _(Storage, "Storage")         \
    _(Capsule, "Capsule")         \
    _(AnyList, "AnyList")         \
    _(AnyTuple, "AnyTuple")       \
    _(AnyClass, "AnyClassType")   \
    _(AnyEnum, "AnyEnumType")     \
    _(Function, "Function")       \
    _(Var, "")                    \
    _(List, "")                   \
    _(Dict, "")                   \
    _(Tuple, "")                  \
    _(Optional, "")               \
    _(Union, "")                  \
    _(Future, "")                 \
    _(Await, "")                  \
    _(RRef, "")                   \
    _(Class, "")                  \
    _(Enum, "")                   \
    _(Interface, "")

enum class TypeKind : uint8_t {
#define _(kind, spelling) kind,
    WICK_FORALL_TYPE_KINDS(_)
#undef _
};

class WICK_API Type : public RefCounted {
 public:
    TypeKind kind() const { return kind_; }
    bool is(TypeKind kind) const { return kind_ == kind; }

    /// Element types: List{t}, Dict{k, v}, Tuple{…}, Optional{t}, Union{…}, Future{t}, RRef{t}.
    const std::vector<TypePtr>& contained() const { return contained_; }
    const TypePtr& contained(size_t i) const { return contained_[i]; }

    virtual std::string str() const;
    virtual std::string annotation_str() const;
    /// Structural equality; nominal for classes, enums, interfaces and named tuples.
    virtual bool equals(const Type& other) const;
    /// Whether a value of this type may stand where `other` is expected: None and T under T?, members under a Union,
    /// anything under Any, tuples element-wise, named tuples under plain ones, int/float/complex under Scalar,
    /// classes under interfaces they implement. Lists, dicts and futures are invariant.
    bool is_subtype_of(const Type& other) const;
    /// As above; `why` receives a sentence that names the difference.
    bool is_subtype_of(const Type& other, std::string* why) const;
    bool is_subtype_of(const TypePtr& other) const { return is_subtype_of(*other); }
    /// True when a Var occurs inside: a generic schema type such as t[].
    bool has_free_variables() const { return has_free_variables_; }

    template <class T>
    const T* cast() const {
        return kind_ == T::kKind ? static_cast<const T*>(this) : nullptr;
    }
    template <class T>
    const T& expect() const {
        return static_cast<const T&>(*this);
    }

 protected:
    Type(TypeKind kind, std::vector<TypePtr> contained = {});
    friend struct TypeFactory;
    TypeKind kind_;
    bool has_free_variables_ = false;
    std::vector<TypePtr> contained_;
};

// The types without parameters; immortal.
WICK_API const TypePtr& any_type();
WICK_API const TypePtr& tensor_type();
WICK_API const TypePtr& int_type();
WICK_API const TypePtr& float_type();
WICK_API const TypePtr& complex_type();
WICK_API const TypePtr& bool_type();
WICK_API const TypePtr& string_type();
WICK_API const TypePtr& none_type();
WICK_API const TypePtr& number_type();
WICK_API const TypePtr& device_type();
/// Any kind without parameters.
WICK_API const TypePtr& simple_type(TypeKind kind);

// Composite types. Those over the common simple types are immortal and shared.
WICK_API TypePtr list_type(TypePtr element);
WICK_API TypePtr dict_type(TypePtr key, TypePtr value);
WICK_API TypePtr tuple_type(std::vector<TypePtr> elements);
/// T? — collapses nested optionals; Optional[None] is None; Optional[Any] is Any.
WICK_API TypePtr optional_type(TypePtr element);
/// Flattened and deduplicated; one member gives that member, {T, None} gives T?.
WICK_API TypePtr union_type(std::vector<TypePtr> members);
WICK_API TypePtr future_type(TypePtr element);
WICK_API TypePtr await_type(TypePtr element);
WICK_API TypePtr rref_type(TypePtr element);
/// A type variable of a generic schema: "t" in `aten::append.t(t[](a!) self, t el)`.
WICK_API TypePtr var_type(std::string name);

class WICK_API VarType : public Type {
 public:
    static constexpr TypeKind kKind = TypeKind::Var;
    explicit VarType(std::string name);
    const std::string& name() const { return name_; }
    std::string str() const override { return name_; }
    bool equals(const Type& other) const override;

 private:
    std::string name_;
};

/// A tuple; with a name, a NamedTuple whose fields are `field_names` and whose trailing fields may have defaults.
class WICK_API TupleType : public Type {
 public:
    static constexpr TypeKind kKind = TypeKind::Tuple;
    TupleType(std::vector<TypePtr> elements, std::string name, std::vector<std::string> field_names,
              std::vector<IValue> field_defaults);
    ~TupleType() override;
    /// Qualified name ("__torch__.Point") or "".
    const std::string& name() const { return name_; }
    const std::vector<std::string>& field_names() const { return field_names_; }
    /// Defaults of the last field_defaults().size() fields.
    const std::vector<IValue>& field_defaults() const { return field_defaults_; }
    std::string str() const override;
    std::string annotation_str() const override;
    bool equals(const Type& other) const override;

 private:
    std::string name_;
    std::vector<std::string> field_names_;
    std::vector<IValue> field_defaults_;
};
WICK_API TypePtr named_tuple_type(std::string name, std::vector<std::string> fields, std::vector<TypePtr> types,
                                  std::vector<IValue> defaults);

/// An enumeration: qualified name, type of the values (int, float or str), members in order.
class WICK_API EnumType : public Type {
 public:
    static constexpr TypeKind kKind = TypeKind::Enum;
    EnumType(std::string name, TypePtr value_type, std::vector<std::pair<std::string, IValue>> members);
    ~EnumType() override;
    const std::string& name() const { return name_; }
    const TypePtr& value_type() const { return contained_[0]; }
    const std::vector<std::pair<std::string, IValue>>& members() const { return members_; }
    std::string str() const override { return "Enum<" + name_ + ">"; }
    std::string annotation_str() const override { return name_; }
    bool equals(const Type& other) const override { return this == &other; }

 private:
    std::string name_;
    std::vector<std::pair<std::string, IValue>> members_;
};

/// A class or module: attributes (each instance has one slot per attribute), constants, methods.
/// Built once by the front end, then read-only.
class WICK_API ClassType : public Type {
 public:
    static constexpr TypeKind kKind = TypeKind::Class;
    struct Attribute {
        std::string name;
        TypePtr type;
        bool is_parameter = false;
        bool is_buffer = false;
    };
    struct Property {
        std::string name;
        IntrusivePtr<Function> getter;
        IntrusivePtr<Function> setter;  ///< null when read-only
    };
    ClassType(std::string name, bool is_module);
    ~ClassType() override;

    /// Qualified name, "__torch__.torchvision.models.resnet.ResNet".
    const std::string& name() const { return name_; }
    bool is_module() const { return is_module_; }
    const std::vector<Attribute>& attributes() const { return attributes_; }
    /// Slot number of an attribute, or -1.
    int64_t find_attribute(std::string_view name) const;
    const std::vector<std::pair<std::string, IValue>>& constants() const { return constants_; }
    const IValue* find_constant(std::string_view name) const;
    const std::vector<IntrusivePtr<Function>>& methods() const { return methods_; }
    const std::vector<IntrusivePtr<Function>>& static_methods() const { return static_methods_; }
    Function* find_method(std::string_view name) const;
    Function* find_static_method(std::string_view name) const;
    const std::vector<Property>& properties() const { return properties_; }
    const Property* find_property(std::string_view name) const;
    const std::vector<IntrusivePtr<Function>>& forward_pre_hooks() const { return forward_pre_hooks_; }
    const std::vector<IntrusivePtr<Function>>& forward_hooks() const { return forward_hooks_; }

    // Definition, in order, before first use.
    int64_t add_attribute(std::string name, TypePtr type, bool is_parameter = false, bool is_buffer = false);
    void add_constant(std::string name, IValue value);
    void add_method(IntrusivePtr<Function> method);
    void add_static_method(IntrusivePtr<Function> method);
    void add_property(Property property);
    void add_forward_pre_hook(IntrusivePtr<Function> hook);
    void add_forward_hook(IntrusivePtr<Function> hook);
    /// Every attribute may be Any, at the end of its program: classes name each other, and themselves.
    void forget_attribute_types();

    std::string str() const override { return name_; }
    std::string annotation_str() const override { return name_; }
    bool equals(const Type& other) const override { return this == &other; }

 private:
    std::string name_;
    bool is_module_;
    std::vector<Attribute> attributes_;
    std::vector<std::pair<std::string, IValue>> constants_;
    std::vector<IntrusivePtr<Function>> methods_;
    std::unordered_map<std::string_view, Function*> method_named_;
    std::vector<IntrusivePtr<Function>> static_methods_;
    std::vector<Property> properties_;
    std::vector<IntrusivePtr<Function>> forward_pre_hooks_;
    std::vector<IntrusivePtr<Function>> forward_hooks_;
};
using ClassTypePtr = IntrusivePtr<ClassType>;

struct Schema;

/// A set of method signatures that a class or module satisfies.
class WICK_API InterfaceType : public Type {
 public:
    static constexpr TypeKind kKind = TypeKind::Interface;
    InterfaceType(std::string name, bool is_module);
    ~InterfaceType() override;
    const std::string& name() const { return name_; }
    bool is_module() const { return is_module_; }
    const std::vector<Schema>& methods() const { return methods_; }
    const Schema* find_method(std::string_view name) const;
    void add_method(Schema schema);
    /// Its methods, which name the interface themselves, at the end of its program.
    void clear();
    std::string str() const override { return "InterfaceType<" + name_.substr(name_.rfind('.') + 1) + ">"; }
    std::string annotation_str() const override { return name_; }
    bool equals(const Type& other) const override { return this == &other; }

 private:
    std::string name_;
    bool is_module_;
    std::vector<Schema> methods_;
};

/// The smallest type that both are subtypes of, as TorchScript unifies branches: equal types, T with None → T?,
/// optionals and tuples element-wise; null when there is none (or, with `default_to_union`, a Union).
WICK_API TypePtr unify_types(const TypePtr& a, const TypePtr& b, bool default_to_union = false);

}  // namespace jit
}  // namespace wick
