#include "frontend/source_importer.h"

#include <algorithm>
#include <charconv>
#include <complex>
#include <deque>
#include <fmt/format.h>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include <wick/support/error.h>

#include "frontend/ast_visitor.h"
#include "frontend/class_values.h"
#include "frontend/constant_expression.h"
#include "frontend/emitter.h"
#include "frontend/function_values.h"
#include "frontend/operator_values.h"
#include "frontend/parser.h"
#include "frontend/resolver.h"
#include "frontend/special_form.h"
#include "frontend/sugared_value.h"
#include "frontend/type_parser.h"
#include "ops/registry.h"
#include "types/library_class.h"

namespace wick::jit {

namespace {

/// Classes whose attributes are of classes whose attributes …: a chain longer than this is refused.
constexpr int kMaxImportDepth = 256;

/// `CONSTANTS` of archived code: attribute cN is entry N of the archive's constants.
class ConstantsTable : public SugaredValue {
 public:
    explicit ConstantsTable(const std::vector<IValue>* constants) : constants_(constants) {}
    std::string kind() const override { return "CONSTANTS"; }
    SugaredPtr attr(const SourceRange& range, Graph& graph, const std::string& field) override {
        size_t index = 0;
        const char* end = field.data() + field.size();
        if (field.size() < 2 || field[0] != 'c' || std::from_chars(field.data() + 1, end, index).ptr != end)
            throw CompileError(range, fmt::format("invalid constant specifier: {}", field));
        if (index >= constants_->size())
            throw CompileError(range, fmt::format("constant index {} is out of bounds (constant table has {} entries)",
                                                  index, constants_->size()));
        const IValue& value = (*constants_)[index];
        if (!is_constant_form(value))
            throw CompileError(range,
                               fmt::format("constant {} is a {}, which code cannot hold", field, value.tag_name()));
        return sugar(graph.insert_constant(value, {}, range));
    }

 private:
    const std::vector<IValue>* constants_;
};

std::string_view prefix_of(std::string_view name) {
    const size_t dot = name.rfind('.');
    return dot == name.npos ? std::string_view() : name.substr(0, dot);
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// The strings of a list literal: __parameters__ = ["weight", ].
std::vector<std::string> string_list(const ast::Assign& assign) {
    std::vector<std::string> strings;
    const auto* list = ast::as<ast::List>(assign.value);
    if (!list) throw CompileError(assign.range, "expected a list of strings here");
    for (const ast::Expr* element : list->elements) {
        const auto* constant = ast::as<ast::Constant>(element);
        if (!constant || !constant->value.is_string()) throw CompileError(element->range, "expected a string here");
        strings.push_back(constant->value.to_string());
    }
    return strings;
}

}  // namespace

class SourceImporter::Impl : public Resolver, public std::enable_shared_from_this<Impl> {
 public:
    Impl(CompilationUnit& unit, std::vector<IValue> constants, Reader reader, int64_t version)
        : unit_(unit), constants_(std::move(constants)), reader_(std::move(reader)), version_(version) {
        names_ = {
            {"torch", std::make_shared<OperatorNamespace>("aten")},
            {"ops", std::make_shared<OpsNamespace>()},
            {"CONSTANTS", std::make_shared<ConstantsTable>(&constants_)},
            {"fork", std::make_shared<SpecialFormValue>(SpecialForm::fork)},
            {"awaitable", std::make_shared<SpecialFormValue>(SpecialForm::awaitable)},
            {"annotate", std::make_shared<SpecialFormValue>(SpecialForm::annotate)},
            {"unchecked_cast", std::make_shared<SpecialFormValue>(SpecialForm::unchecked_cast)},
            {"uninitialized", std::make_shared<SpecialFormValue>(SpecialForm::uninitialized)},
        };
    }

    TypePtr find_type(const std::string& name) {
        if (TypePtr known = unit_.find_type(name)) return known;
        if (TypePtr known = library_class(name)) return known;
        if (const auto begun = begun_.find(name); begun != begun_.end()) return begun->second;
        const ast::Stmt* definition = take_definition(name, ast::StmtKind::ClassDef);
        if (!definition) return {};
        Importing importing(*this, definition->range);
        import_class(name, static_cast<const ast::ClassDef&>(*definition));
        importing.finish();
        return unit_.find_type(name);
    }

    Function* find_function(const std::string& name) {
        if (Function* known = unit_.find_function(name)) return known;
        const ast::Stmt* definition = take_definition(name, ast::StmtKind::FunctionDef);
        if (!definition) return nullptr;
        Importing importing(*this, definition->range);
        Function* function = declare(name, static_cast<const ast::FunctionDef&>(*definition), {}).get();
        importing.finish();
        return function;
    }

    TypePtr resolve_type(const std::string& name, const SourceRange&) override {
        return name.starts_with("__torch__.") ? find_type(name) : TypePtr();
    }
    SugaredPtr resolve_value(const std::string& name, Graph& graph, const SourceRange& range) override;

    std::vector<OperatorUse> operator_uses() const;

 private:
    /// An import in progress. Imports nest where attributes of a class have classes for types; signatures wait until
    /// the outermost one finishes, so chains of classes that mention each other in methods don't nest.
    class Importing {
     public:
        Importing(Impl& impl, const SourceRange& range) : impl_(impl) {
            if (++impl_.import_depth_ > kMaxImportDepth) {
                --impl_.import_depth_;
                throw CompileError(range, "classes are nested too deeply here");
            }
        }
        ~Importing() { --impl_.import_depth_; }
        void finish() {
            while (impl_.import_depth_ == 1 && !impl_.unsigned_.empty()) {
                auto sign = std::move(impl_.unsigned_.front());
                impl_.unsigned_.pop_front();
                sign();
            }
        }

     private:
        Impl& impl_;
    };

    /// A class whose attributes are being read, whose types may name it.
    class Begun {
     public:
        Begun(Impl& impl, ClassTypePtr type) : impl_(impl), type_(std::move(type)) {
            impl_.begun_.emplace(type_->name(), type_);
        }
        ~Begun() {
            impl_.begun_.erase(type_->name());
            if (!is_known_) type_->forget_attribute_types();
        }
        void finish() {
            impl_.unit_.add_type(type_);
            is_known_ = true;
        }

     private:
        Impl& impl_;
        const ClassTypePtr type_;
        bool is_known_ = false;
    };

    /// Members of a class body, sorted.
    struct ClassBody {
        std::vector<std::string> parameters;
        std::vector<std::string> buffers;
        std::vector<std::string> forward_pre_hooks;
        std::vector<std::string> forward_hooks;
        std::vector<std::pair<std::string, const ast::Expr*>> attributes;
        std::vector<std::pair<std::string, const ast::Assign*>> constants;
        std::vector<const ast::FunctionDef*> methods;
    };

    void read_source(const std::string& qualifier);
    const ast::Stmt* take_definition(const std::string& name, ast::StmtKind kind);
    IntrusivePtr<Function> declare(const std::string& name, const ast::FunctionDef& def, const TypePtr& self_type);
    void import_class(const std::string& name, const ast::ClassDef& def);
    ClassBody sort_members(const ast::ClassDef& def);
    void sort_assignment(const ast::Assign& assign, ClassBody& into);
    void import_plain_class(const std::string& name, const ast::ClassDef& def, bool is_module);
    void add_method(ClassType& type, const ast::FunctionDef& def, const ClassBody& body);
    void add_properties(ClassType& type, const ClassBody& body);
    void import_named_tuple(const std::string& name, const ast::ClassDef& def);
    void import_enum(const std::string& name, const ast::ClassDef& def);
    void import_interface(const std::string& name, const ast::ClassDef& def, bool is_module);

    CompilationUnit& unit_;
    const std::vector<IValue> constants_;
    const Reader reader_;
    const int64_t version_;
    std::unordered_map<std::string, SugaredPtr> names_;
    std::unordered_set<std::string> qualifiers_read_;
    std::vector<std::shared_ptr<const Ast>> sources_;
    /// What the sources define and nobody has asked for yet.
    std::unordered_map<std::string, const ast::Stmt*> definitions_;
    std::unordered_map<std::string, TypePtr> begun_;
    std::deque<std::function<void()>> unsigned_;
    int import_depth_ = 0;
};

namespace {

/// `__torch__` and what its dots lead to, until a class or function is reached.
template <class Importer>
class CodeNamespace : public SugaredValue {
 public:
    CodeNamespace(std::string name, std::shared_ptr<Importer> importer)
        : name_(std::move(name)), importer_(std::move(importer)) {}
    std::string kind() const override { return "Class Namespace"; }
    SugaredPtr attr(const SourceRange&, Graph&, const std::string& field) override {
        const std::string full = name_ + "." + field;
        if (const TypePtr type = importer_->find_type(full)) {
            if (type->is(TypeKind::Tuple)) return std::make_shared<NamedTupleValue>(type);
            if (type->is(TypeKind::Enum)) return std::make_shared<EnumClassValue>(type);
            return std::make_shared<ClassValue>(type);
        }
        if (Function* function = importer_->find_function(full)) {
            return std::make_shared<FunctionValue>(std::vector<Function*>{function});
        }
        return std::make_shared<CodeNamespace>(full, importer_);
    }

 private:
    std::string name_;
    std::shared_ptr<Importer> importer_;
};

}  // namespace

SugaredPtr SourceImporter::Impl::resolve_value(const std::string& name, Graph& graph, const SourceRange& range) {
    if (const auto known = names_.find(name); known != names_.end()) return known->second;
    if (name == "__torch__") return std::make_shared<CodeNamespace<Impl>>(name, shared_from_this());
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    const auto constant = [&](IValue value) { return sugar(graph.insert_constant(std::move(value), {}, range)); };
    if (name == "inf") return constant(IValue(kInfinity));
    if (name == "nan") return constant(IValue(kNan));
    if (name == "infj") return constant(IValue(std::complex<double>(0, kInfinity)));
    if (name == "nanj") return constant(IValue(std::complex<double>(0, kNan)));
    return nullptr;
}

void SourceImporter::Impl::read_source(const std::string& qualifier) {
    if (qualifier.empty() || !qualifiers_read_.insert(qualifier).second) return;
    std::shared_ptr<const Source> source = reader_(qualifier);
    // A prefix of other names without definitions of its own.
    if (!source) return;
    const auto ast = parse(std::move(source), RangeStyle::anchored);
    // All definitions or none: those of a text that is refused go with its tree.
    decltype(definitions_) found;
    for (const ast::Stmt* statement : ast->body) {
        std::string name;
        if (const auto* def = ast::as<ast::FunctionDef>(statement)) {
            name = def->name;
        } else if (const auto* def = ast::as<ast::ClassDef>(statement)) {
            name = def->name;
        } else if (statement->kind == ast::StmtKind::Import || statement->kind == ast::StmtKind::Assign) {
            // Old files import other files and name their operator version.
            continue;
        } else {
            throw CompileError(statement->range,
                               fmt::format("Unexpected statement in code import: {}", kind_name(statement->kind)));
        }
        if (!found.emplace(qualifier + "." + name, statement).second) {
            throw CompileError(statement->range, fmt::format("'{}' is defined twice", name));
        }
    }
    definitions_.merge(found);
    sources_.push_back(ast);
}

const ast::Stmt* SourceImporter::Impl::take_definition(const std::string& name, ast::StmtKind kind) {
    read_source(std::string(prefix_of(name)));
    const auto found = definitions_.find(name);
    if (found == definitions_.end() || found->second->kind != kind) return nullptr;
    const ast::Stmt* definition = found->second;
    definitions_.erase(found);
    return definition;
}

IntrusivePtr<Function> SourceImporter::Impl::declare(const std::string& name, const ast::FunctionDef& def,
                                                     const TypePtr& self_type) {
    // The function lives in the unit and the class outlives it, so neither is counted here; the importer's trees are.
    const Type* self = self_type.get();
    auto function = make_intrusive<Function>(name, [importer = shared_from_this(), &def, self](Function& function) {
        emit_function(function, def, parse_signature(def, *importer, TypePtr(self)), *importer, importer->version_);
    });
    unit_.add_function(function);
    unsigned_.push_back([this, function, &def, self] {
        Schema schema = parse_signature(def, *this, TypePtr(self));
        // Without a declared result the body says what it is.
        if (!schema.returns.empty()) function->set_schema(std::move(schema));
    });
    return function;
}

void SourceImporter::Impl::import_class(const std::string& name, const ast::ClassDef& def) {
    if (def.bases.empty()) return import_plain_class(name, def, false);
    const std::string base = dotted_name(def.bases[0]);
    if (def.bases.size() == 1 && base == "Module") return import_plain_class(name, def, true);
    if (def.bases.size() == 1 && base == "NamedTuple") return import_named_tuple(name, def);
    if (def.bases.size() == 1 && base == "Enum") return import_enum(name, def);
    if (def.bases.size() == 1 && base == "Interface") return import_interface(name, def, false);
    if (def.bases.size() == 1 && base == "ModuleInterface") return import_interface(name, def, true);
    throw CompileError(def.range, "Torchscript does not support class inheritance.");
}

void SourceImporter::Impl::sort_assignment(const ast::Assign& assign, ClassBody& into) {
    if (assign.targets.size() == 1) {
        if (const auto* target = ast::as<ast::Name>(assign.targets[0])) {
            if (target->id == "__parameters__") {
                into.parameters = string_list(assign);
            } else if (target->id == "__buffers__") {
                into.buffers = string_list(assign);
            } else if (target->id == "__forward_pre_hooks__") {
                into.forward_pre_hooks = string_list(assign);
            } else if (target->id == "__forward_hooks__") {
                into.forward_hooks = string_list(assign);
            } else if (target->id == "__annotations__") {
                // Opens the table that the subscripts below fill.
            } else if (!assign.annotation) {
                throw CompileError(assign.range, "expected a type annotation here");
            } else if (assign.value) {
                into.constants.emplace_back(target->id, &assign);
            } else {
                into.attributes.emplace_back(target->id, assign.annotation);
            }
            return;
        }
        // __annotations__["0"] = Tensor: an attribute whose name is no identifier.
        const auto* entry = ast::as<ast::Subscript>(assign.targets[0]);
        if (entry && assign.value && dotted_name(entry->value) == "__annotations__" && entry->indices.size() == 1) {
            const auto* key = ast::as<ast::Constant>(entry->indices[0]);
            if (key && key->value.is_string()) {
                into.attributes.emplace_back(key->value.to_string(), assign.value);
                return;
            }
        }
    }
    throw CompileError(assign.range, "Unexpected assignment in class body");
}

SourceImporter::Impl::ClassBody SourceImporter::Impl::sort_members(const ast::ClassDef& def) {
    ClassBody body;
    for (const ast::Stmt* statement : def.body) {
        if (const auto* assign = ast::as<ast::Assign>(statement)) {
            sort_assignment(*assign, body);
        } else if (const auto* method = ast::as<ast::FunctionDef>(statement)) {
            body.methods.push_back(method);
        } else if (statement->kind != ast::StmtKind::Pass) {
            throw CompileError(statement->range,
                               fmt::format("Unexpected statement kind in class body: {}", kind_name(statement->kind)));
        }
    }
    return body;
}

void SourceImporter::Impl::import_plain_class(const std::string& name, const ast::ClassDef& def, bool is_module) {
    const ClassBody body = sort_members(def);
    auto type = make_intrusive<ClassType>(name, is_module);
    Begun begun(*this, type);
    for (const auto& [attribute, annotation] : body.attributes) {
        if (type->find_attribute(attribute) >= 0) {
            throw CompileError(annotation->range, fmt::format("attribute '{}' is defined twice", attribute));
        }
        type->add_attribute(attribute, jit::parse_type(*annotation, *this), contains(body.parameters, attribute),
                            contains(body.buffers, attribute));
    }
    for (const auto& [constant, assign] : body.constants) {
        const ast::Expr* annotation = final_type(assign->annotation);
        const TypePtr constant_type = jit::parse_type(annotation ? *annotation : *assign->annotation, *this);
        type->add_constant(constant, evaluate_constant(*assign->value, constant_type, *this));
    }
    begun.finish();
    for (const ast::FunctionDef* method : body.methods) add_method(*type, *method, body);
    add_properties(*type, body);
    for (const auto* hooks : {&body.forward_pre_hooks, &body.forward_hooks}) {
        for (const std::string& hook : *hooks) {
            Function* function = unit_.find_function(name + "." + hook);
            if (!function) throw CompileError(def.range, fmt::format("hook '{}' is not defined", hook));
            IntrusivePtr<Function> counted(function);
            hooks == &body.forward_hooks ? type->add_forward_hook(std::move(counted))
                                         : type->add_forward_pre_hook(std::move(counted));
        }
    }
}

void SourceImporter::Impl::add_method(ClassType& type, const ast::FunctionDef& def, const ClassBody& body) {
    const std::string decorator = def.decorators.empty() ? "" : dotted_name(def.decorators[0]);
    const bool is_static = decorator == "staticmethod";
    // Both functions of a property have the property's name in the text.
    const std::string_view suffix = decorator == "property"             ? "_getter"
                                    : decorator == def.name + ".setter" ? "_setter"
                                                                        : "";
    IntrusivePtr<Function> method =
        declare(fmt::format("{}.{}{}", type.name(), def.name, suffix), def, is_static ? TypePtr() : TypePtr(&type));
    if (is_static) {
        type.add_static_method(std::move(method));
    } else if (!contains(body.forward_pre_hooks, def.name) && !contains(body.forward_hooks, def.name)) {
        type.add_method(std::move(method));
    }
}

void SourceImporter::Impl::add_properties(ClassType& type, const ClassBody& body) {
    for (const ast::FunctionDef* def : body.methods) {
        if (def->decorators.empty() || dotted_name(def->decorators[0]) != "property") continue;
        Function* getter = type.find_method(def->name + "_getter");
        type.add_property({def->name, IntrusivePtr<Function>(getter),
                           IntrusivePtr<Function>(type.find_method(def->name + "_setter"))});
    }
}

void SourceImporter::Impl::import_named_tuple(const std::string& name, const ast::ClassDef& def) {
    std::vector<std::string> fields;
    std::vector<TypePtr> types;
    std::vector<IValue> defaults;
    for (const ast::Stmt* statement : def.body) {
        const auto* assign = ast::as<ast::Assign>(statement);
        const auto* field = assign && assign->annotation ? ast::as<ast::Name>(assign->targets[0]) : nullptr;
        if (!field) {
            throw CompileError(
                statement->range,
                "Unexpected statement in NamedTuple body: only attribute annotations are currently supported.");
        }
        fields.push_back(field->id);
        types.push_back(jit::parse_type(*assign->annotation, *this));
        if (assign->value) {
            defaults.push_back(evaluate_constant(*assign->value, types.back(), *this));
        } else if (!defaults.empty()) {
            throw CompileError(statement->range,
                               fmt::format("non-default field '{}' follows a field with a default", field->id));
        }
    }
    unit_.add_type(named_tuple_type(name, std::move(fields), std::move(types), std::move(defaults)));
}

void SourceImporter::Impl::import_enum(const std::string& name, const ast::ClassDef& def) {
    std::vector<std::pair<std::string, IValue>> members;
    TypePtr value_type;
    for (const ast::Stmt* statement : def.body) {
        const auto* assign = ast::as<ast::Assign>(statement);
        const auto* member =
            assign && assign->value && assign->targets.size() == 1 ? ast::as<ast::Name>(assign->targets[0]) : nullptr;
        if (!member) {
            throw CompileError(
                statement->range,
                "Unexpected statement in Enum class body: only enum attribute definitions are currently supported.");
        }
        IValue value = evaluate_constant(*assign->value, {}, *this);
        if (!value.is_int() && !value.is_double() && !value.is_string()) {
            throw CompileError(
                assign->value->range,
                fmt::format("Cannot create Enum with value type '{}', only int, float and string are supported",
                            value.type()->annotation_str()));
        }
        if (value_type && !value_type->equals(*value.type())) {
            throw CompileError(assign->value->range, "Value type of all members of an Enum class must be the same.");
        }
        value_type = value.type();
        members.emplace_back(member->id, std::move(value));
    }
    if (members.empty()) throw CompileError(def.range, "an Enum needs at least one member");
    unit_.add_type(make_intrusive<EnumType>(name, std::move(value_type), std::move(members)));
}

void SourceImporter::Impl::import_interface(const std::string& name, const ast::ClassDef& def, bool is_module) {
    auto type = make_intrusive<InterfaceType>(name, is_module);
    // Methods may mention the interface itself.
    unit_.add_type(type);
    for (const ast::Stmt* statement : def.body) {
        const auto* method = ast::as<ast::FunctionDef>(statement);
        if (!method) throw CompileError(statement->range, "interface declarations can only contain method definitions");
        if (!method->returns) {
            throw CompileError(method->range, "interface declarations must have a return type annotated.");
        }
        type->add_method(parse_signature(*method, *this, type));
    }
}

std::vector<OperatorUse> SourceImporter::Impl::operator_uses() const {
    std::vector<OperatorUse> uses;
    for (const auto& ast : sources_) {
        visit_expressions(ast->body, [&](const ast::Expr& expr) {
            const auto* attribute = ast::as<ast::Attribute>(&expr);
            if (!attribute) return true;
            const std::string name = dotted_name(attribute);
            std::string_view rest = name;
            std::string op;
            if (rest.starts_with("torch.")) {
                op = "aten::" + std::string(rest.substr(6));
            } else if (rest.starts_with("ops.")) {
                rest.remove_prefix(4);
                const size_t dot = rest.find('.');
                if (dot == rest.npos) return false;
                op = fmt::format("{}::{}", rest.substr(0, dot), rest.substr(dot + 1));
            } else {
                return name.empty();
            }
            const bool known = !Registry::instance().find(op).empty();
            uses.push_back({std::move(op), expr.range, known});
            return false;
        });
    }
    return uses;
}

SourceImporter::SourceImporter(std::shared_ptr<CompilationUnit> unit, std::vector<IValue> constants, Reader reader,
                               int64_t version)
    : unit_(std::move(unit)), impl_(std::make_shared<Impl>(*unit_, std::move(constants), std::move(reader), version)) {}

SourceImporter::~SourceImporter() = default;

TypePtr SourceImporter::resolve_type(const std::string& qualified_name) { return impl_->find_type(qualified_name); }

Function* SourceImporter::resolve_function(const std::string& qualified_name) {
    return impl_->find_function(qualified_name);
}

TypePtr SourceImporter::parse_type(std::string_view annotation) { return jit::parse_type(annotation, *impl_); }

std::vector<OperatorUse> SourceImporter::operator_uses() const { return impl_->operator_uses(); }

}  // namespace wick::jit
