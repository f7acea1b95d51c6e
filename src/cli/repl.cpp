#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <memory>
#include <string>

#include <wick/wick.h>

#include "cli/commands.h"
#include "cli/line_editor.h"
#include "cli/program_file.h"

namespace wick::cli {
namespace {

/// What the end of a text tells about whether more belongs to it.
struct Ending {
    bool inside = false;    ///< brackets, a long string or a joined line are open
    bool is_block = false;  ///< its first line opens a block, or decorates one
};

Ending ending_of(const std::string& text) {
    Ending ending;
    int brackets = 0;
    char last = 0;       // of the code of the current line
    bool opens = false;  // the line ends in a colon
    const char first = text[std::min(text.find_first_not_of(" \t\n"), text.size())];
    std::string quote;
    for (size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (!quote.empty()) {
            if (c == '\\') {
                ++i;
            } else if (text.compare(i, quote.size(), quote) == 0) {
                i += quote.size() - 1;
                quote.clear();
            } else if (c == '\n' && quote.size() == 1) {
                quote.clear();  // the parser will say so
            }
            continue;
        }
        if (c == '#') {
            while (i + 1 < text.size() && text[i + 1] != '\n') ++i;
        } else if (c == '"' || c == '\'') {
            quote = text.compare(i, 3, std::string(3, c)) == 0 ? std::string(3, c) : std::string(1, c);
            i += quote.size() - 1;
            last = c;
        } else if (c == '\n') {
            opens |= last == ':' && brackets == 0;
            if (last != '\\') last = 0;
        } else if (c != ' ' && c != '\t') {
            brackets += c == '(' || c == '[' || c == '{';
            brackets -= c == ')' || c == ']' || c == '}';
            last = c;
        }
    }
    ending.inside = brackets > 0 || quote.size() == 3 || last == '\\';
    ending.is_block = opens || (last == ':' && brackets == 0) || first == '@';
    return ending;
}

/// A statement: its first line, and what belongs to it. A block ends with an empty line.
std::optional<std::string> read_statement(LineEditor& editor) {
    std::optional<std::string> line = editor.read(">>> ");
    if (!line) return line;
    std::string text = *line;
    editor.remember(*line);
    for (;;) {
        const Ending ending = ending_of(text);
        const bool ends_empty = line->find_first_not_of(" \t") == line->npos;
        if (editor.interrupted()) return "";
        if (!ending.inside && (!ending.is_block || ends_empty)) return text;
        line = editor.read("... ");
        if (!line) return text;
        editor.remember(*line);
        text += "\n" + *line;
    }
}

std::vector<std::string> completions(const jit::Program& program, const std::string& word) {
    const size_t dot = word.rfind('.');
    const std::string object = dot == word.npos ? "" : word.substr(0, dot);
    std::vector<std::string> found;
    for (const std::string& name : program.names(object)) {
        const std::string whole = object.empty() ? name : object + "." + name;
        if (whole.starts_with(word)) found.push_back(whole);
    }
    return found;
}

void repl(const std::string& path) {
    jit::Program program = path.empty() ? jit::Program() : run_program(path);
    if (LineEditor::is_interactive()) fmt::print("wick {}. Control-D ends the session.\n", WICK_VERSION);
    LineEditor editor([&](const std::string& word) { return completions(program, word); });
    for (int number = 1; const std::optional<std::string> text = read_statement(editor); ++number) {
        if (text->find_first_not_of(" \t\n") == text->npos) continue;
        if (*text == "exit()" || *text == "quit()") return;
        try {
            const IValue value = program.run(*text + "\n", fmt::format("<input {}>", number));
            if (!value.is_none()) fmt::print("{}\n", program.repr(value));
        } catch (const Error& error) {
            show_program_error(error.what());
        }
    }
}

}  // namespace

void add_repl(CLI::App& app) {
    auto path = std::make_shared<std::string>();
    CLI::App* command = app.add_subcommand("repl", "Read statements, run them and show their values");
    command->add_option("PROGRAM", *path, "A program (.py) to run first");
    command->callback([path] { repl(*path); });
}

}  // namespace wick::cli
