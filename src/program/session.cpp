#include "program/session.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <new>
#include <stdexcept>

#include <wick/support/error.h>

#include "frontend/parser.h"
#include "program/evaluator.h"
#include "program/functions.h"
#include "program/library.h"
#include "program/module_class.h"
#include "program/operation.h"
#include "runtime/interpreter.h"

namespace wick::jit {

/// Calls of interpreted code, and containers that are compared or printed, inside each other.
constexpr int kMaxDepth = 500;

void raise(const std::string& class_name, const std::string& message) {
    throw ScriptError(class_name, message, message);
}

// Frames --------------------------------------------------------------------------------------------------------------

Session::Nesting::Nesting(Session& session) : session_(session) {
    if (session_.depth_ == kMaxDepth) raise("RecursionError", "maximum recursion depth exceeded");
    ++session_.depth_;
}

Session::Frame::Frame(Session& session, std::string function)
    : nesting_(session), session_(session), function_(std::move(function)), exceptions_(std::uncaught_exceptions()) {}

Session::Frame::~Frame() {
    if (std::uncaught_exceptions() == exceptions_ || !range.known()) return;
    const SourceRange place = range;
    const int64_t at = place.begin();
    std::string_view line = place.source()->line_text(at);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    session_.traceback_.push_back(fmt::format("  File \"{}\", line {}, in {}\n    {}\n", place.source()->name(),
                                              place.source()->line_of(at), function_, line));
}

// Sessions ------------------------------------------------------------------------------------------------------------

Session::Session(RunOptions options)
    : options_(std::move(options)),
      context_(make_intrusive<CallContext>(options_)),
      unit_(std::make_shared<CompilationUnit>()),
      eager_(*this),
      module_classes_(std::make_unique<ModuleClasses>(*this)),
      globals_(make_intrusive<Scope>(ScopePtr(), "__torch__")) {
    globals_->set("__name__", IValue("__main__"));
    keep(globals_);
}

Session::~Session() {
    for (const ScopePtr& scope : scopes_) scope->clear();
}

void Session::keep(const ScopePtr& scope) {
    if (std::ranges::find(scopes_, scope) == scopes_.end()) scopes_.push_back(scope);
}

std::shared_ptr<const Ast> Session::parse_text(const std::shared_ptr<const Source>& source) {
    texts_.push_back(parse(source));
    return texts_.back();
}

void Session::execute_statement(const std::shared_ptr<const Ast>& ast, const ast::Stmt& statement) {
    Frame frame(*this, "<module>");
    Evaluator(*this, globals_, ast, frame).execute(statement);
}

IValue Session::run_text(const std::shared_ptr<const Source>& source) {
    const std::shared_ptr<const Ast> ast = parse_text(source);
    Frame frame(*this, "<module>");
    Evaluator evaluator(*this, globals_, ast, frame);
    if (ast->body.size() == 1) {
        if (const auto* expression = ast::as<ast::Expression>(ast->body[0])) {
            frame.range = expression->range;
            return evaluator.evaluate(*expression->value);
        }
    }
    evaluator.execute(ast->body);
    return {};
}

ScriptError Session::with_traceback(const std::string& class_name, const std::string& message,
                                    const std::string& script_stack) {
    std::string text = "Traceback (most recent call last):\n";
    for (size_t i = traceback_.size(); i-- > 0;) text += traceback_[i];
    text += script_stack;
    const std::string name = class_name.substr(class_name.rfind('.') + 1);
    text += message.empty() ? name + "\n" : fmt::format("{}: {}\n", name, message);
    return ScriptError(class_name, message, text);
}

ScriptError Session::with_traceback(const ScriptError& error) {
    // The calls inside of compiled code, without the heading of their own.
    const std::string_view text = error.what();
    constexpr std::string_view kHeading = "Traceback of TorchScript (most recent call last):\n";
    const size_t begin = text.find(kHeading);
    const size_t end = text.rfind(fmt::format("{}: {}\n", error.class_name(), error.message()));
    const bool has_stack = begin != text.npos && end != text.npos;
    const std::string_view stack = has_stack ? text.substr(begin + kHeading.size(), end - begin - kHeading.size()) : "";
    return with_traceback(error.class_name(), error.message(), std::string(stack));
}

ScriptError Session::with_traceback(const OpError& error) {
    return with_traceback(dynamic_cast<const IndexError*>(&error) ? "IndexError" : "RuntimeError", error.what(), "");
}

void Session::guarded(FunctionRef<void()> body) {
    traceback_.clear();
    printing_.clear();
    depth_ = 0;
    constructing = 0;
    in_library = 0;
    compiling_.clear();
    context_ = make_intrusive<CallContext>(options_);
    MemoryMeterGuard meter(context_->meter.get());
    StopCheckGuard stop(context_->is_limited ? context_.get() : nullptr);
    try {
        body();
    } catch (const ScriptError& error) {
        throw with_traceback(error);
    } catch (const OpError& error) {
        throw with_traceback(error);
    } catch (const std::bad_alloc&) {
        throw with_traceback("MemoryError", "", "");
    } catch (const std::length_error&) {
        throw with_traceback("MemoryError", "", "");
    }
}

IValue Session::execute(const std::shared_ptr<const Source>& source) {
    IValue value;
    guarded([&] { value = run_text(source); });
    return value;
}

IValue Session::run_compiled(Function& function, std::vector<IValue> arguments) {
    return run(function, std::move(arguments), context_);
}

bool Session::begin_compiling(const Function& function) {
    if (std::ranges::find(compiling_, &function) != compiling_.end()) return false;
    compiling_.push_back(&function);
    return true;
}

std::string Session::end_compiling() {
    compiling_.pop_back();
    return compiling_.empty() ? "" : compiling_.back()->name();
}

std::string Session::unique_name(const std::string& qualified_name) {
    return unit_->find_function(qualified_name) || unit_->find_type(qualified_name) ? unit_->mangle(qualified_name)
                                                                                    : qualified_name;
}

ScopePtr Session::library(const std::string& module) {
    if (const auto known = libraries_.find(module); known != libraries_.end()) return known->second;
    const std::shared_ptr<const Ast> ast = library_ast(module);
    if (!ast) return nullptr;
    auto scope = make_intrusive<Scope>(ScopePtr(), "__torch__." + module);
    scope->set("__name__", IValue(module));
    libraries_[module] = scope;
    ++in_library;
    execute_in(scope, ast);
    --in_library;
    return scope;
}

ScopePtr Session::user_module(const std::string& name) {
    if (const auto known = libraries_.find(name); known != libraries_.end()) return known->second;
    if (!folder_) return nullptr;
    namespace fs = std::filesystem;
    std::string parts = name;
    std::ranges::replace(parts, '.', '/');
    const fs::path folder = fs::path(*folder_) / parts;
    fs::path file = folder.string() + ".py";
    if (!fs::is_regular_file(file)) file = folder / "__init__.py";
    const bool is_file = fs::is_regular_file(file);
    if (!is_file && !fs::is_directory(folder)) return nullptr;
    auto scope = make_intrusive<Scope>(ScopePtr(), "__torch__." + name);
    scope->set("__name__", IValue(name));
    // Where its relative imports begin.
    const bool is_package = file.filename() == "__init__.py";
    scope->set("__package__",
               IValue(is_package ? name : name.substr(0, name.find('.') == name.npos ? 0 : name.rfind('.'))));
    // Known before it is whole: modules may import each other.
    libraries_[name] = scope;
    if (!is_file) return scope;
    std::ifstream stream(file, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(stream), {});
    try {
        execute_in(scope, parse(std::make_shared<Source>(std::move(text), file.string())));
    } catch (...) {
        libraries_.erase(name);
        throw;
    }
    return scope;
}

ScopePtr Session::define(const std::string& text, const std::string& qualifier) {
    auto scope = make_intrusive<Scope>(ScopePtr(), qualifier);
    execute_in(scope, parse(std::make_shared<Source>(text, "<string>")));
    return scope;
}

void Session::execute_in(const ScopePtr& scope, const std::shared_ptr<const Ast>& ast) {
    keep(scope);
    texts_.push_back(ast);
    Frame frame(*this, "<module>");
    Evaluator(*this, scope, ast, frame).execute(ast->body);
}

void Session::mark_parameter(const Tensor& tensor) { parameters_.emplace(tensor.impl(), tensor); }

bool Session::is_parameter(const IValue& value) const {
    return value.is_tensor() && parameters_.contains(value.tensor_ref().impl());
}

}  // namespace wick::jit
