#pragma once
// The archives under tests/data with what PyTorch gave for them (tests/data/README.md describes the files).

#include <ostream>
#include <string>
#include <vector>

#include <wick/types/ivalue.h>

#include "api/compare.h"

namespace wick::testing {

/// One call: of which method, with what, and its result.
struct FixtureCall {
    std::string method;
    std::vector<IValue> arguments;
    IValue output;  ///< unless the case raises
};

/// What is done to one freshly loaded module: a call, or a sequence of them.
struct FixtureCase {
    std::string name;
    Tolerance tolerance;
    std::vector<FixtureCall> calls;
    std::string raises;  ///< the exception's message; "" when the calls succeed
};

struct Fixture {
    std::string folder;  ///< "t213"
    std::string name;    ///< "mlp"

    std::string path(const std::string& suffix) const { return folder_path() + "/" + name + suffix; }
    std::string archive() const { return path(".pt"); }
    std::vector<FixtureCase> cases() const;

    friend std::ostream& operator<<(std::ostream& out, const Fixture& f) { return out << f.folder << "/" << f.name; }

 private:
    std::string folder_path() const;
};

/// All of them, in order of folder and name.
std::vector<Fixture> all_fixtures();

/// The contents of a file; fails the test when there is none.
std::string read_text(const std::string& path);

}  // namespace wick::testing
