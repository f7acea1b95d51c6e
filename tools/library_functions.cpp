// Writes the functions of a module of torch.nn in C++, from the text of the library.
//
//   library_functions torch.nn.functional FUNCTIONAL.h
//
// Of torch.nn.functional, tensors that are required come by position; the other arguments are <Name>FuncOptions, or
// those that its constructor takes. A name that stands for an operator is the operator's function, which takes such
// options too. Of several overloads C++ has the one whose sizes are lists. Of torch.nn.init all arguments come by
// position. Left out are functions whose arguments or results C++ has no form for.

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "frontend/ast.h"
#include "generated_file.h"
#include "library_signature.h"
#include "operator_signature.h"
#include "program/library.h"

namespace wick::jit {
namespace {

constexpr std::string_view kHeading = R"(#pragma once
// Made by tools/library_functions.cpp from the text of {0} (src/program/library): what arguments mean and which are
// refused is PyTorch's documentation of the function.

#include <concepts>
#include <optional>
#include <string>
#include <tuple>

#include <wick/nn/library_function.h>
#include <wick/ops/functions.h>
#include <wick/support/option.h>

namespace wick::{1} {{

)";

std::string lower_case(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

/// The names of the layers by their letters alone: "LeakyReLU" by "leakyrelu".
std::map<std::string, std::string> layer_names() {
    std::map<std::string, std::string> names;
    for (const auto& [module, text] : library_texts()) {
        if (!module.starts_with("torch.nn.modules.")) continue;
        const std::shared_ptr<const Ast> ast = library_ast(std::string(module));
        for (const ast::Stmt* statement : ast->body)
            if (const auto* type = ast::as<ast::ClassDef>(statement)) names[lower_case(type->name)] = type->name;
    }
    return names;
}

/// "MaxPool2d" of "max_pool2d"; spelled as the layer is, if there is one: "LeakyReLU" of "leaky_relu"; or as libtorch
/// has it.
std::string camel_case(const std::string& name) {
    static const std::map<std::string, std::string> layers = layer_names();
    static const std::map<std::string, std::string> others = {
        {"kl_div", "KLDiv"},
        {"multi_head_attention_forward", "MultiheadAttentionForward"},
        {"multilabel_margin_loss", "MultilabelMarginLoss"},
        {"multilabel_soft_margin_loss", "MultilabelSoftMarginLoss"}};
    if (const auto other = others.find(name); other != others.end()) return other->second;
    std::string camel;
    bool begins = true;
    for (const char c : name) {
        if (c != '_') camel += begins ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
        begins = c == '_';
    }
    const auto layer = layers.find(lower_case(camel));
    return layer == layers.end() ? camel : layer->second;
}

/// A function in C++: tensors by position, then options.
struct Form {
    std::string name;
    std::string result;
    std::string tensors;  ///< "const Tensor& input, const Tensor& weight"
    std::string given;    ///< "input, weight"
    std::string options_name;
    std::string body;

    std::string with_options() const {
        return fmt::format("template <std::same_as<{}> Options>\n{} {}({}{}const Options& options) {}", options_name,
                           result, name, tensors, comma(), body);
    }
    /// Takes what the constructor of the options takes, by names of which one may be the function's own.
    std::string without_options(const OptionsText& text) const {
        return fmt::format("inline {} {}({}{}{}) {{\n    return functional::{}({}{}{}({}));\n}}\n", result, name,
                           tensors, comma(), text.formal, name, given, comma(), options_name, text.given);
    }
    std::string comma() const { return tensors.empty() ? "" : ", "; }
    void add_tensor(const std::string& tensor) {
        tensors += comma() + "const Tensor& " + tensor;
        given += (given.empty() ? "" : ", ") + tensor;
    }
};

/// A def of the module as C++ has it.
class LibraryForm {
 public:
    /// `overload`: the number of the overload that it is.
    LibraryForm(std::string module, const ast::FunctionDef& definition, std::optional<size_t> overload = {})
        : module_(std::move(module)), definition_(definition), overload_(overload) {
        for (const ast::Parameter& one : definition.parameters) {
            if (one.default_value || value_type(text_of(one.annotation)) != "Tensor") break;
            form_.add_tensor(name_of(one));
            arguments_.push_back(fmt::format("boxed({})", name_of(one)));
        }
        options_ = options_of(&definition, arguments_.size());
        form_.result = definition.returns ? value_type(text_of(definition.returns)) : "";
    }

    /// The function of that name with its class of options; or with that of another function, which is there already.
    /// Nothing when it has no form in C++.
    std::string text(const std::string& name, const std::string& options_of_other = "") {
        if (!options_ || form_.result.empty()) return "";
        form_.name = name;
        form_.options_name = options_of_other.empty() ? camel_case(name) + "FuncOptions" : options_of_other;
        const OptionsText options = options_text(form_.options_name, *options_);
        std::vector<std::string> arguments = arguments_;
        arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
        form_.body = fmt::format(
            "{{\n    static const nn::LibraryFunction function(\"{}\", \"{}\"{});\n"
            "    return function.call<{}>({{{}}}, {{{}}});\n}}\n",
            module_, definition_.name, overload_ ? fmt::format(", {}", *overload_) : "", form_.result,
            fmt::join(arguments, ", "), options.keywords);
        if (options_->empty())
            return fmt::format("inline {} {}({}) {}\n", form_.result, name, form_.tensors, form_.body);
        return (options_of_other.empty() ? options.declaration : "") + form_.with_options() +
               form_.without_options(options) + "\n";
    }

 private:
    const std::string module_;
    const ast::FunctionDef& definition_;
    const std::optional<size_t> overload_;
    Form form_;
    std::vector<std::string> arguments_;
    std::optional<std::vector<Option>> options_;
};

/// The operator's parameter as an option; nothing when it has no form.
std::optional<Option> option_of(const Parameter& parameter) {
    static const std::map<std::string, std::string> types = {{"const Tensor&", "Tensor"},
                                                             {"const Scalar&", "double"},
                                                             {"IntArrayRef", "Argument"},
                                                             {"std::string_view", "std::string"},
                                                             {"int64_t", "int64_t"},
                                                             {"double", "double"},
                                                             {"bool", "bool"},
                                                             {"std::optional<int64_t>", "std::optional<int64_t>"}};
    const auto type = types.find(parameter.type);
    if (type == types.end()) return std::nullopt;
    return Option{parameter.name, cpp_name(parameter.name), type->second, parameter.otherwise.value_or("")};
}

/// What the operator's function takes for an option.
std::string argument_of(const Option& option, const Parameter& parameter) {
    const std::string value = fmt::format("options.{}()", option.name);
    if (option.type != "Argument") return value;
    return value + (parameter.type == "IntArrayRef" ? ".ints()" : ".to_string()");
}

/// All forms of an operator in C++, in the order of the registry.
std::vector<Signature> signatures_of(const std::string& name) {
    static const std::vector<Signature> all = operator_signatures(Generators::given);
    std::vector<Signature> found;
    std::ranges::copy_if(all, std::back_inserter(found), [&](const Signature& one) { return one.name == name; });
    return found;
}

/// The operator's function with options. Nothing when all that it takes are tensors, or what has no form.
std::string operator_with_options(const std::string& name, const std::vector<Signature>& forms) {
    const std::vector<Parameter>& parameters = forms[0].parameters;
    Form form{.name = name, .result = forms[0].result, .options_name = camel_case(name) + "FuncOptions"};
    std::vector<Option> options;
    size_t tensors = 0;
    while (tensors < parameters.size() && parameters[tensors].type == "const Tensor&" && !parameters[tensors].otherwise)
        form.add_tensor(parameters[tensors++].name);
    bool has_others = false;
    for (size_t i = tensors; i < parameters.size(); ++i) {
        const std::optional<Option> option = option_of(parameters[i]);
        if (!option) return "";
        has_others = has_others || option->type != "Tensor";
        options.push_back(*option);
    }
    if (!has_others) return "";
    // "same" in place of sizes is an overload.
    std::string calls;
    for (size_t number = forms.size(); number-- > 0;) {
        const std::vector<Parameter>& own = forms[number].parameters;
        if (own.size() != parameters.size()) continue;
        std::string given = form.given, condition;
        for (size_t i = tensors; i < own.size(); ++i) {
            given += ", " + argument_of(options[i - tensors], own[i]);
            if (own[i].type != parameters[i].type)
                condition = fmt::format("if (options.{}().is_string()) ", options[i - tensors].name);
        }
        calls += fmt::format("    {}return wick::{}({});\n", condition, name, given);
    }
    form.body = "{\n" + calls + "}\n";
    return options_text(form.options_name, options).declaration + form.with_options() + "\n";
}

/// A name that stands for an operator with one result; nothing for any other.
std::string operator_form(const std::string& name, const std::string& value) {
    const size_t dot = value.rfind('.');
    const std::string called = value.starts_with("torch.") ? value.substr(dot + 1) : name;
    const std::vector<Signature> forms = signatures_of(called);
    if (forms.empty() || forms[0].result.starts_with("std::tuple")) return "";
    if (called != name)
        return fmt::format("inline {} {}({}) {{\n    return wick::{}({});\n}}\n", forms[0].result, name,
                           forms[0].formal(true), called, forms[0].parameters[0].name);
    const bool is_in_place = name.ends_with('_');
    return fmt::format("using wick::{};\n", name) + (is_in_place ? "" : operator_with_options(name, forms));
}

/// As Python runs it: what fills a tensor is called seldom, and takes arguments of more types than compiled code.
std::string initialization(const std::string& module, const ast::FunctionDef& definition) {
    std::string formal, values;
    for (const Option& one : options_of(&definition, 0).value_or(std::vector<Option>())) {
        formal += fmt::format("{}{} {}{}", formal.empty() ? "" : ", ", passed(one.type), one.name,
                              one.otherwise.empty() ? "" : " = " + one.otherwise);
        values += fmt::format("{}boxed({})", values.empty() ? "" : ", ", one.name);
    }
    const std::string result = value_type(text_of(definition.returns));
    return fmt::format(
        "inline {0} {1}({2}) {{\n    return Unboxed<{0}>::from(nn::call_library(\"{3}\", \"{1}\", {{{4}}}));\n}}\n",
        result, definition.name, formal, module, values);
}

/// The functions of torch.nn.functional, statement by statement.
class Functional {
 public:
    explicit Functional(std::string module) : module_(std::move(module)) {}

    std::string text(const ast::Stmt* statement) {
        if (const auto* assignment = ast::as<ast::Assign>(statement)) return assigned(*assignment);
        const auto* definition = ast::as<ast::FunctionDef>(statement);
        if (!definition) return "";
        definitions_[definition->name].push_back(definition);
        if (!definition->decorators.empty() || definition->name.starts_with('_') || is_with_indices(definition->name))
            return "";
        const size_t number = overload_of_lists(definition->name);
        const std::vector<const ast::FunctionDef*>& all = definitions_[definition->name];
        if (all.size() == 1) return LibraryForm(module_, *definition).text(definition->name);
        return LibraryForm(module_, *all[number], number).text(definition->name);
    }

 private:
    static bool is_with_indices(const std::string& name) { return name.ends_with("_with_indices"); }

    /// The one before the last def that has the most lists.
    size_t overload_of_lists(const std::string& name) {
        const auto count = [](const ast::FunctionDef* one) {
            return std::ranges::count_if(one->parameters, [](const ast::Parameter& parameter) {
                return text_of(parameter.annotation).find("List[") != std::string::npos;
            });
        };
        const std::vector<const ast::FunctionDef*>& all = definitions_[name];
        return static_cast<size_t>(std::ranges::max_element(all, {}, count) - all.begin());
    }

    /// A name for an operator or a def, or for two of which `return_indices` chooses.
    std::string assigned(const ast::Assign& assignment) {
        const std::string name = text_of(assignment.targets[0]), value = text_of(assignment.value);
        if (value.starts_with("torch.")) return operator_form(name, value);
        if (const auto plain = definitions_.find(value); plain != definitions_.end())
            return LibraryForm(module_, *plain->second[0]).text(name);
        const auto* choice = ast::as<ast::Call>(assignment.value);
        if (!choice || text_of(choice->callee) != "boolean_dispatch") return "";
        const std::string with_indices = name + "_with_indices";
        std::string text = operator_form(name, value);
        if (text.empty()) text = LibraryForm(module_, *definitions_.at("_" + name)[0]).text(name);
        return text + LibraryForm(module_, *definitions_.at(with_indices)[0])
                          .text(with_indices, camel_case(name) + "FuncOptions");
    }

    const std::string module_;
    std::map<std::string, std::vector<const ast::FunctionDef*>> definitions_;
};

std::string functions(const std::string& module) {
    std::string space = "nn::" + module.substr(module.rfind('.') + 1);
    std::string text = fmt::format(kHeading, module, space);
    const std::shared_ptr<const Ast> ast = library_ast(module);
    Functional functional(module);
    for (const ast::Stmt* statement : ast->body) {
        const auto* definition = ast::as<ast::FunctionDef>(statement);
        if (module != "torch.nn.init")
            text += functional.text(statement);
        else if (definition && !definition->name.starts_with('_'))
            text += initialization(module, *definition) + "\n";
    }
    return text + fmt::format("}}  // namespace wick::{}\n", space);
}

}  // namespace
}  // namespace wick::jit

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    wick::write_if_changed(argv[2], wick::jit::functions(argv[1]));
}
