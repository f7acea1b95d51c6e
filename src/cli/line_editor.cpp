#include "cli/line_editor.h"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <wick/support/error.h>

namespace wick::cli {
namespace {

/// The terminal gives every key as it is pressed, for the guard's lifetime.
class RawMode {
 public:
    RawMode() {
        if (tcgetattr(STDIN_FILENO, &saved_) != 0) throw Error("the terminal has no settings");
        termios raw = saved_;
        raw.c_iflag &= ~static_cast<tcflag_t>(BRKINT | ICRNL | INPCK | ISTRIP | IXON);
        raw.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | IEXTEN | ISIG);
        raw.c_cc[VMIN] = 1;
        raw.c_cc[VTIME] = 0;
        tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    }
    ~RawMode() { tcsetattr(STDIN_FILENO, TCSADRAIN, &saved_); }
    RawMode(const RawMode&) = delete;
    RawMode& operator=(const RawMode&) = delete;

 private:
    termios saved_{};
};

constexpr int control(char key) { return key & 0x1f; }

enum Key : int { kEnd = -1, kEnter = 1000, kUp, kDown, kLeft, kRight, kHome, kLast, kDelete, kBackspace, kOther };

int read_byte() {
    unsigned char byte = 0;
    return ::read(STDIN_FILENO, &byte, 1) == 1 ? int{byte} : int{kEnd};
}

/// One key; the sequences of the usual terminals are one key each.
int read_key() {
    const int byte = read_byte();
    if (byte == '\r' || byte == '\n') return kEnter;
    if (byte == 127 || byte == control('h')) return kBackspace;
    if (byte != 27) return byte;
    const int kind = read_byte();
    if (kind != '[' && kind != 'O') return kOther;
    int code = read_byte();
    int number = 0;
    for (; (code >= '0' && code <= '9') || code == ';'; code = read_byte())
        number = code == ';' ? 0 : number * 10 + (code - '0');
    switch (code) {
        case 'A':
            return kUp;
        case 'B':
            return kDown;
        case 'C':
            return kRight;
        case 'D':
            return kLeft;
        case 'H':
            return kHome;
        case 'F':
            return kLast;
        case '~':
            return number == 3                  ? kDelete
                   : number == 1 || number == 7 ? kHome
                   : number == 4 || number == 8 ? kLast
                                                : kOther;
        default:
            return kOther;
    }
}

void write_out(const std::string& text) {
    for (size_t at = 0; at < text.size();) {
        const ssize_t written = ::write(STDOUT_FILENO, text.data() + at, text.size() - at);
        if (written <= 0) return;
        at += static_cast<size_t>(written);
    }
}

/// How wide the terminal is.
size_t columns() {
    winsize size{};
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Columns that the text takes: characters, not bytes.
size_t width(std::string_view text) {
    return static_cast<size_t>(std::ranges::count_if(text, [](char c) { return !is_continuation(c); }));
}

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
}

std::string common_prefix(const std::vector<std::string>& words) {
    std::string prefix = words.front();
    for (const std::string& word : words) {
        size_t same = 0;
        while (same < prefix.size() && same < word.size() && prefix[same] == word[same]) ++same;
        prefix.resize(same);
    }
    return prefix;
}

}  // namespace

bool LineEditor::is_interactive() { return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO); }

void LineEditor::remember(const std::string& line) {
    if (!line.empty() && (history_.empty() || history_.back() != line)) history_.push_back(line);
}

size_t LineEditor::previous(size_t at) const {
    while (at > 0 && is_continuation(line_[--at])) {
    }
    return at;
}

size_t LineEditor::next(size_t at) const {
    if (at < line_.size()) ++at;
    while (at < line_.size() && is_continuation(line_[at])) ++at;
    return at;
}

void LineEditor::show(const std::string& prompt) const {
    // Of a line that does not fit in one row, the part around the cursor.
    const size_t room = std::max<size_t>(columns(), width(prompt) + 8) - width(prompt) - 1;
    size_t begin = 0;
    while (width(std::string_view(line_).substr(begin, cursor_ - begin)) > room) begin = next(begin);
    size_t end = begin;
    for (size_t shown = 0; shown < room && end < line_.size(); ++shown) end = next(end);
    std::string text = "\r" + prompt + line_.substr(begin, end - begin) + "\x1b[K";
    if (const size_t behind = width(std::string_view(line_).substr(cursor_, end - cursor_)); behind > 0)
        text += "\x1b[" + std::to_string(behind) + "D";
    write_out(text);
}

void LineEditor::recall(int step) {
    if ((step < 0 && history_at_ == 0) || (step > 0 && history_at_ == history_.size())) return;
    if (history_at_ == history_.size()) kept_ = line_;
    history_at_ += static_cast<size_t>(step);
    line_ = history_at_ == history_.size() ? kept_ : history_[history_at_];
    cursor_ = line_.size();
}

void LineEditor::complete_word(const std::string& prompt) {
    size_t begin = cursor_;
    while (begin > 0 && is_word(line_[begin - 1])) --begin;
    const std::string word = line_.substr(begin, cursor_ - begin);
    // At the start of a line a tab indents.
    if (word.empty()) {
        line_.insert(cursor_, "    ");
        cursor_ += 4;
        return;
    }
    const std::vector<std::string> words = complete_(word);
    if (words.empty()) return;
    const std::string completed = common_prefix(words);
    if (completed.size() > word.size()) {
        line_.replace(begin, word.size(), completed);
        cursor_ = begin + completed.size();
        return;
    }
    if (words.size() == 1) return;
    std::string list = "\r\n";
    size_t column = 0;
    for (const std::string& choice : words) {
        if (column > 0 && column + choice.size() > 78) {
            list += "\r\n";
            column = 0;
        }
        list += choice + "  ";
        column += choice.size() + 2;
    }
    write_out(list + "\r\n");
    show(prompt);
}

std::optional<std::string> LineEditor::edit(const std::string& prompt) {
    RawMode raw;
    line_.clear();
    cursor_ = 0;
    history_at_ = history_.size();
    for (;;) {
        show(prompt);
        const int key = read_key();
        switch (key) {
            case kEnd:
                return std::nullopt;
            case kEnter:
                cursor_ = line_.size();
                show(prompt);
                write_out("\r\n");
                return line_;
            case kUp:
            case control('p'):
                recall(-1);
                break;
            case kDown:
            case control('n'):
                recall(1);
                break;
            case kLeft:
            case control('b'):
                cursor_ = previous(cursor_);
                break;
            case kRight:
            case control('f'):
                cursor_ = next(cursor_);
                break;
            case kHome:
            case control('a'):
                cursor_ = 0;
                break;
            case kLast:
            case control('e'):
                cursor_ = line_.size();
                break;
            case kBackspace: {
                const size_t from = previous(cursor_);
                line_.erase(from, cursor_ - from);
                cursor_ = from;
                break;
            }
            case control('d'):
                if (line_.empty()) {
                    write_out("\r\n");
                    return std::nullopt;
                }
                [[fallthrough]];
            case kDelete:
                line_.erase(cursor_, next(cursor_) - cursor_);
                break;
            case control('k'):
                line_.erase(cursor_);
                break;
            case control('u'):
                line_.erase(0, cursor_);
                cursor_ = 0;
                break;
            case control('w'): {
                size_t from = cursor_;
                while (from > 0 && line_[from - 1] == ' ') --from;
                while (from > 0 && line_[from - 1] != ' ') --from;
                line_.erase(from, cursor_ - from);
                cursor_ = from;
                break;
            }
            case control('l'):
                write_out("\x1b[H\x1b[2J");
                break;
            case control('c'):
                interrupted_ = true;
                write_out("^C\r\n");
                return std::string();
            case '\t':
                complete_word(prompt);
                break;
            default:
                if (key < ' ' || key > 255) break;
                line_.insert(cursor_, 1, static_cast<char>(key));
                ++cursor_;
        }
    }
}

std::optional<std::string> LineEditor::read(const std::string& prompt) {
    interrupted_ = false;
    std::fflush(stdout);
    if (is_interactive()) return edit(prompt);
    std::string line;
    if (!std::getline(std::cin, line)) return std::nullopt;
    return line;
}

}  // namespace wick::cli
