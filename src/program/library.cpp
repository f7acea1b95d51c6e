#include "program/library.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <mutex>
#include <unordered_map>

#include <wick/support/check.h>

#include "archive/deflate.h"
#include "frontend/parser.h"

namespace wick::jit {

const std::vector<std::pair<std::string_view, std::string_view>>& library_texts() {
    static const std::string all = [] {
        const CompressedTexts texts = compressed_library_texts();
        std::optional<std::string> inflated = archive::inflated(texts.gzip, texts.size, archive::DeflateFormat::gzip);
        WICK_ASSERT(inflated);
        return *std::move(inflated);
    }();
    static const auto texts = [] {
        std::vector<std::pair<std::string_view, std::string_view>> rows;
        for (size_t begin = 1, end; begin < all.size(); begin = end + 1) {
            end = std::min(all.find('\f', begin), all.size());
            const std::string_view row = std::string_view(all).substr(begin, end - begin);
            const size_t line = row.find('\n');
            rows.emplace_back(row.substr(0, line), row.substr(line));
        }
        return rows;
    }();
    return texts;
}

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

/// The modules that define a name, in the library's order. Definitions begin a line: `class N(`, `def N(`, `N =`.
static const std::vector<std::string_view>& modules_that_define(std::string_view name) {
    static const auto index = [] {
        std::unordered_map<std::string_view, std::vector<std::string_view>> modules;
        const auto note = [&](std::string_view module, std::string_view line) {
            bool is_assignment = true;
            for (const std::string_view keyword : {"class ", "def "}) {
                if (!line.starts_with(keyword)) continue;
                line.remove_prefix(keyword.size());
                is_assignment = false;
            }
            const auto is_inside = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
            const std::string_view name(line.begin(), std::find_if_not(line.begin(), line.end(), is_inside));
            line.remove_prefix(name.size());
            const bool defines =
                is_assignment ? line.starts_with(" =") : line.starts_with('(') || line.starts_with(':');
            if (defines && !name.empty()) modules[name].push_back(module);
        };
        for (const auto& [module, text] : library_texts()) {
            for (size_t start = 0, end; start < text.size(); start = end + 1) {
                end = std::min(text.find('\n', start), text.size());
                note(module, text.substr(start, end - start));
            }
        }
        return modules;
    }();
    static const std::vector<std::string_view> none;
    const auto found = index.find(name);
    return found == index.end() ? none : found->second;
}

std::string_view library_module_of(std::string_view package, std::string_view name) {
    for (const std::string_view module : modules_that_define(name)) {
        if (module.starts_with(package)) return module;
    }
    return {};
}

}  // namespace wick::jit
