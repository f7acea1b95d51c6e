// terminal WICK: `wick repl` on a terminal, as a person uses it: editing, history, blocks, completion, control keys.

#include <cstdio>
#include <cstdlib>
#include <poll.h>
#include <pty.h>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr const char* kUp = "\x1b[A";
constexpr const char* kDown = "\x1b[B";
constexpr const char* kLeft = "\x1b[D";
constexpr const char* kHome = "\x1b[H";
constexpr const char* kDelete = "\x1b[3~";
constexpr const char* kBackspace = "\x7f";
constexpr const char* kControlA = "\x01";
constexpr const char* kControlC = "\x03";
constexpr const char* kControlD = "\x04";
constexpr const char* kControlK = "\x0b";
constexpr const char* kControlU = "\x15";

int failures = 0;

/// A session of `wick repl` whose terminal has that many columns.
class Terminal {
 public:
    Terminal(const char* wick, unsigned short columns) {
        const winsize size{24, columns, 0, 0};
        child_ = forkpty(&terminal_, nullptr, nullptr, &size);
        if (child_ == 0) {
            execl(wick, "wick", "repl", nullptr);
            _exit(127);
        }
        wait_for(">>> ");
    }
    ~Terminal() { close(terminal_); }

    /// Types the keys and waits until the session has written `text` after it; where they end a line, until it asks for
    /// the next, since keys that come before that are not the editor's.
    void type(const std::string& keys, std::string_view text) {
        seen_.clear();
        if (write(terminal_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size())) fail(text);
        const bool ends_line = keys.ends_with('\r') || keys.ends_with(kControlC);
        // The line is drawn anew with each key, and its prompt too.
        const size_t line = ends_line ? wait_for("\r\n") : 0;
        const size_t end = wait_for(text, keys.ends_with('\r') ? line : 0);
        if (!ends_line) return;
        const bool is_prompt = text == ">>> " || text == "... ";
        if (!is_prompt) wait_for(">>> ", end);
    }
    /// All that was written since the last keys.
    const std::string& seen() const { return seen_; }
    /// The exit status after the session has ended.
    int status() {
        while (read_some(2000)) {
        }
        int status = -1;
        waitpid(child_, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

 private:
    /// Where `text` begins, which must come at or after a place.
    size_t wait_for(std::string_view text, size_t from = 0) {
        size_t at = seen_.find(text, from);
        while (at == seen_.npos) {
            if (!read_some(20000)) {
                fail(text);
                return from;
            }
            at = seen_.find(text, from);
        }
        return at;
    }
    bool read_some(int milliseconds) {
        pollfd ready{terminal_, POLLIN, 0};
        if (poll(&ready, 1, milliseconds) <= 0) return false;
        char bytes[4096];
        const ssize_t count = read(terminal_, bytes, sizeof bytes);
        if (count <= 0) return false;
        seen_.append(bytes, static_cast<size_t>(count));
        return true;
    }
    void fail(std::string_view text) const {
        std::fprintf(stderr, "FAIL: '%.*s' did not come; the terminal shows:\n%s\n", static_cast<int>(text.size()),
                     text.data(), seen_.c_str());
        ++failures;
    }

    int terminal_ = -1;
    pid_t child_ = -1;
    std::string seen_;
};

void check(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "FAIL: %s\n", what);
    ++failures;
}

void edits_lines(const char* wick) {
    Terminal terminal(wick, 80);
    terminal.type("1 + 2\r", "\r\n3\r\n");
    terminal.type(std::string("92 + 5") + kHome + kDelete + "\r", "\r\n7\r\n");
    terminal.type(std::string("40 + 23") + kLeft + kBackspace + "\r", "\r\n43\r\n");
    terminal.type(
        std::string("zzz") + kControlU + "8 * 8 nonsense" + kControlA + "\x06\x06\x06\x06\x06" + kControlK + "\r",
        "\r\n64\r\n");
    // A character of several bytes is one.
    terminal.type(std::string("'\xc3\xa9\xc3\xbc") + kBackspace + "!'\r", "'\xc3\xa9!'\r\n");
}

void remembers_lines(const char* wick) {
    Terminal terminal(wick, 80);
    terminal.type("10 + 1\r", "\r\n11\r\n");
    terminal.type("20 + 2\r", "\r\n22\r\n");
    terminal.type(std::string(kUp) + kUp + "\r", "\r\n11\r\n");
    terminal.type(std::string("30 + 3") + kUp + kUp + kDown + kDown + "\r", "\r\n33\r\n");
    terminal.type(std::string(kUp) + kBackspace + "4\r", "\r\n34\r\n");
}

void reads_blocks(const char* wick) {
    Terminal terminal(wick, 80);
    terminal.type("def double(n):\r", "... ");
    terminal.type("\treturn 2 * n\r", "... ");
    terminal.type("\r", ">>> ");
    terminal.type("double(21)\r", "\r\n42\r\n");
    terminal.type("[1,\r", "... ");
    terminal.type("2]\r", "\r\n[1, 2]\r\n");
    // Several lines at once, as from a clipboard.
    terminal.type("for i in range(2):\r    print('turn', i)\r\r", "turn 1\r\n");
    terminal.type("int('x')\r", "ValueError");
    terminal.type("double(4)\r", "\r\n8\r\n");
}

void completes_names(const char* wick) {
    Terminal terminal(wick, 80);
    terminal.type("fahrenheit = 451\r", ">>> ");
    terminal.type("fahr\t\r", "\r\n451\r\n");
    terminal.type("fahrzz = 1\r", ">>> ");
    terminal.type("fahr\t", "fahrenheit  fahrzz");
    terminal.type("zz\r", "\r\n1\r\n");
    terminal.type("import torch\r", ">>> ");
    terminal.type("torch.manual_s\t", "torch.manual_seed");
    terminal.type("(0)\r", ">>> ");
    terminal.type("torch.relu\t", "torch.relu6");
    terminal.type(kControlU, ">>> ");
    terminal.type("no_such_name\t\r", "NameError");
}

void takes_control_keys(const char* wick) {
    Terminal terminal(wick, 80);
    terminal.type(std::string("garbage(") + kControlC, "^C");
    terminal.type("5\r", "\r\n5\r\n");
    terminal.type("def dropped():\r", "... ");
    terminal.type(kControlC, ">>> ");
    terminal.type("6\r", "\r\n6\r\n");
    terminal.type(kControlD, "\r\n");
    check(terminal.status() == 0, "Control-D ends the session with status 0");
}

/// A line that is wider than the terminal is shown in part, on one row.
void stays_on_one_row(const char* wick) {
    constexpr size_t kColumns = 24;
    Terminal terminal(wick, kColumns);
    std::string sum = "1";
    for (int i = 0; i < 30; ++i) sum += " + 1";
    terminal.type(sum, "1 + 1");
    terminal.type(std::string(kHome) + "100 + " + "\x05" + " + 2\r", "\r\n133\r\n");
    size_t row = 0;
    for (size_t i = 0; i < terminal.seen().size(); ++i) {
        const char c = terminal.seen()[i];
        if (c == '\x1b') {
            while (i < terminal.seen().size() && (terminal.seen()[i] < '@' || terminal.seen()[i] == '[')) ++i;
        } else if (c == '\r' || c == '\n') {
            row = 0;
        } else {
            check(++row <= kColumns, "no row is longer than the terminal is wide");
        }
    }
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) return 2;
    const char* wick = arguments[1];
    setenv("TERM", "xterm", 1);
    edits_lines(wick);
    remembers_lines(wick);
    reads_blocks(wick);
    completes_names(wick);
    takes_control_keys(wick);
    stays_on_one_row(wick);
    return failures == 0 ? 0 : 1;
}
