#include "archive/source_export.h"

#include <algorithm>
#include <set>

#include <wick/support/check.h>

#include "archive/source_function.h"
#include "ir/compilation_unit.h"

namespace wick::jit {

namespace {

std::string name_of(const ExportDependencies::Entry& entry) {
    if (const auto* function = std::get_if<IntrusivePtr<Function>>(&entry)) return (*function)->qualified_name();
    return type_name(*std::get<TypePtr>(entry));
}

std::string last_part(const std::string& qualified_name) {
    return qualified_name.substr(qualified_name.rfind('.') + 1);
}

std::string prefix(const std::string& qualified_name) {
    const size_t dot = qualified_name.rfind('.');
    return dot == std::string::npos ? "" : qualified_name.substr(0, dot);
}

template <class T>
bool equal_elements(const Tensor& a, const Tensor& b) {
    return std::equal(a.data<T>(), a.data<T>() + a.numel(), b.data<T>());
}

bool equal_tensors(const Tensor& a, const Tensor& b) {
    if (a.is_same(b)) return true;
    if (a.dtype() != b.dtype() || a.sizes() != b.sizes() || !a.is_contiguous() || !b.is_contiguous()) return false;
    return dispatch_dtype(a.dtype(), [&]<class T>() {
        if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
            return std::equal(a.data<T>(), a.data<T>() + a.numel(), b.data<T>(),
                              [](T x, T y) { return static_cast<float>(x) == static_cast<float>(y); });
        } else {
            return equal_elements<T>(a, b);
        }
    });
}

size_t hash_of_shape(const Tensor& tensor) {
    size_t hash = static_cast<size_t>(tensor.dtype());
    for (const int64_t size : tensor.sizes()) hash = hash * 1000003 + static_cast<size_t>(size);
    return hash;
}

}  // namespace

void ExportDependencies::add(const TypePtr& type) {
    if (!type_name(*type).empty()) {
        if (!seen_.emplace(type.get(), entries_.size()).second) return;
        // Named tuples are the one nominal kind of which there may be several equal objects.
        const bool known =
            type->is(TypeKind::Tuple) && std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
                const auto* other = std::get_if<TypePtr>(&entry);
                return other && (*other)->equals(*type);
            });
        if (!known) entries_.push_back(type);
    }
    if (type->is(TypeKind::Class) || type->is(TypeKind::Enum)) return;
    for (const TypePtr& inner : type->contained()) add(inner);
}

void ExportDependencies::add(IntrusivePtr<Function> function) {
    if (seen_.emplace(function.get(), entries_.size()).second) entries_.push_back(std::move(function));
}

size_t ConstantTable::number_of(const IValue& value) {
    if (value.is_tensor()) {
        const size_t hash = hash_of_shape(value.tensor_ref());
        const auto [first, last] = tensors_.equal_range(hash);
        for (auto known = first; known != last; ++known) {
            if (equal_tensors(values_[known->second].tensor_ref(), value.tensor_ref())) return known->second;
        }
        tensors_.emplace(hash, values_.size());
    }
    values_.push_back(value);
    return values_.size() - 1;
}

SourceExporter::SourceExporter(ConstantTable& constants, ExportDependencies& dependencies, bool importable)
    : writer_(std::make_unique<FunctionWriter>(constants, dependencies, importable)) {}
SourceExporter::~SourceExporter() = default;
SourceExporter::SourceExporter(SourceExporter&&) noexcept = default;

const TaggedText& SourceExporter::text() const { return writer_->text(); }
void SourceExporter::function(Function& function) { writer_->function(function, true); }
void SourceExporter::method(Function& function) { writer_->function(function, false); }

void SourceExporter::named_type(const TypePtr& type) {
    switch (type->kind()) {
        case TypeKind::Class:
            class_definition(type->expect<ClassType>());
            break;
        case TypeKind::Interface:
            interface_definition(type->expect<InterfaceType>());
            break;
        case TypeKind::Tuple: {
            const TupleType& tuple = type->expect<TupleType>();
            writer_->line("class " + last_part(tuple.name()) + "(NamedTuple):");
            ++writer_->level;
            for (size_t i = 0; i < tuple.contained().size(); ++i) {
                writer_->line(tuple.field_names()[i] + " : " + tuple.contained(i)->annotation_str());
            }
            --writer_->level;
            break;
        }
        case TypeKind::Enum: {
            const EnumType& definition = type->expect<EnumType>();
            writer_->line("class " + last_part(definition.name()) + "(Enum):");
            ++writer_->level;
            for (const auto& [name, value] : definition.members()) {
                writer_->line(name + " = " +
                              (value.is_string() ? "\"" + value.to_string() + "\"" : writer_->literal(value)));
            }
            --writer_->level;
            break;
        }
        default:
            throw InternalError("no definition can be written for type " + type->str());
    }
}

void SourceExporter::attribute_names(std::string_view list, const std::vector<std::string>& names) {
    std::string line(list);
    line += " = [";
    for (const std::string& name : names) line += "\"" + name + "\", ";
    writer_->line(line + "]");
}

void SourceExporter::class_definition(const ClassType& type) {
    FunctionWriter& out = *writer_;
    out.line("class " + last_part(type.name()) + (type.is_module() ? "(Module):" : ":"));
    ++out.level;
    if (type.is_module()) {
        std::vector<std::string> parameters;
        std::vector<std::string> buffers;
        for (const ClassType::Attribute& attribute : type.attributes()) {
            if (attribute.is_parameter) parameters.push_back(attribute.name);
            if (attribute.is_buffer) buffers.push_back(attribute.name);
        }
        const auto names = [](const std::vector<IntrusivePtr<Function>>& functions) {
            std::vector<std::string> list;
            for (const auto& function : functions) list.push_back(function->name());
            return list;
        };
        attribute_names("__parameters__", parameters);
        attribute_names("__buffers__", buffers);
        if (!type.forward_pre_hooks().empty())
            attribute_names("__forward_pre_hooks__", names(type.forward_pre_hooks()));
        if (!type.forward_hooks().empty()) attribute_names("__forward_hooks__", names(type.forward_hooks()));
    }
    bool first = true;
    for (const ClassType::Attribute& attribute : type.attributes()) {
        out.dependencies().add(attribute.type);
        if (is_identifier(attribute.name)) {
            out.line(attribute.name + " : " + attribute.type->annotation_str());
        } else {
            if (first) out.line("__annotations__ = []");
            out.line("__annotations__[\"" + attribute.name + "\"] = " + attribute.type->annotation_str());
        }
        first = false;
    }
    for (const auto& [name, value] : type.constants()) {
        out.line(name + " : Final[" + value.type()->annotation_str() + "] = " + out.literal(value));
    }
    for (const auto& method : type.methods()) out.function(*method, true);
    std::set<std::string> written;
    for (const auto* hooks : {&type.forward_hooks(), &type.forward_pre_hooks()}) {
        for (const auto& hook : *hooks) {
            if (written.insert(hook->name()).second) out.function(*hook, true);
        }
    }
    --out.level;
}

void SourceExporter::interface_definition(const InterfaceType& type) {
    FunctionWriter& out = *writer_;
    out.line("class " + last_part(type.name()) + (type.is_module() ? "(ModuleInterface):" : "(Interface):"));
    ++out.level;
    for (const Schema& method : type.methods()) {
        std::string line = "def " + last_part(method.name) + "(self";
        for (size_t i = 1; i < method.arguments.size(); ++i) {
            const Argument& argument = method.arguments[i];
            out.dependencies().add(argument.type);
            line += ", " + argument.name + ": " + argument.type->annotation_str();
        }
        WICK_ASSERT(method.returns.size() == 1);
        out.dependencies().add(method.returns[0].type);
        out.line(line + ") -> " + method.returns[0].type->annotation_str() + ":");
        out.line("  pass");
    }
    --out.level;
}

std::string ProgramSource::File::record_name() const {
    std::string path = qualifier;
    std::replace(path.begin(), path.end(), '.', '/');
    return "code/" + path + ".py";
}

SourceExporter& ProgramSource::file_of(const std::string& qualified_name) {
    const std::string qualifier = prefix(qualified_name);
    const auto [place, is_new] = file_index_.try_emplace(qualifier, files_.size());
    if (is_new) files_.push_back({qualifier, SourceExporter(constants_, dependencies_, true)});
    return files_[place->second].exporter;
}

void ProgramSource::add(const TypePtr& type, const std::vector<ClassTypePtr>& first) {
    for (const ClassTypePtr& known : first) dependencies_.add(known);
    dependencies_.add(type);
    write_definitions();
}

void ProgramSource::write_definitions() {
    for (; written_ < dependencies_.entries().size(); ++written_) {
        const ExportDependencies::Entry entry = dependencies_.entries()[written_];
        WICK_CHECK(names_.insert(name_of(entry)).second,
                   "cannot save a program with two definitions of {}; they come from different programs",
                   name_of(entry));
        SourceExporter& file = file_of(name_of(entry));
        if (const auto* function = std::get_if<IntrusivePtr<Function>>(&entry)) {
            file.function(**function);
        } else {
            file.named_type(std::get<TypePtr>(entry));
        }
    }
}

namespace {

SourceAndConstants source_of(Function& function, bool is_method) {
    ConstantTable constants;
    ExportDependencies dependencies;
    SourceExporter exporter(constants, dependencies, false);
    is_method ? exporter.method(function) : exporter.function(function);
    return {exporter.text().str(), constants.values()};
}

}  // namespace

SourceAndConstants method_source(Function& method) { return source_of(method, true); }
SourceAndConstants function_source(Function& function) { return source_of(function, false); }

}  // namespace wick::jit
