#include "program/library.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "frontend/parser.h"

namespace wick::jit {

std::shared_ptr<const Ast> library_ast(const std::string& module) {
    const auto& texts = library_texts();
    const auto found = std::ranges::find(texts, module, [](const auto& text) { return text.first; });
    if (found == texts.end()) return nullptr;
    // All programs share the trees, which nobody changes.
    static std::mutex mutex;
    static std::map<std::string, std::shared_ptr<const Ast>> parsed;
    std::lock_guard lock(mutex);
    std::shared_ptr<const Ast>& ast = parsed[module];
    if (!ast) ast = parse(std::make_shared<Source>(std::string(found->second), module + ".py", 0));
    return ast;
}

bool is_library_package(std::string_view module) {
    return std::ranges::any_of(library_texts(), [&](const auto& text) {
        return text.first == module || (text.first.starts_with(module) && text.first[module.size()] == '.');
    });
}

std::string_view library_module_of(std::string_view package, std::string_view name) {
    // Definitions begin a line.
    const std::string wanted[] = {"\nclass " + std::string(name), "\ndef " + std::string(name), "\n" + std::string(name) + " ="};
    for (const auto& [module, text] : library_texts()) {
        if (!module.starts_with(package)) continue;
        for (const std::string& start : wanted) {
            for (size_t at = text.find(start); at != text.npos; at = text.find(start, at + 1)) {
                const char next = at + start.size() < text.size() ? text[at + start.size()] : ' ';
                if (next == '(' || next == ':' || start.back() == '=') return module;
            }
        }
    }
    return {};
}

}  // namespace wick::jit
