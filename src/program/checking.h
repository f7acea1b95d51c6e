#pragma once
// What tools ask of a program: everything that does not compile in it, and the names it knows.

#include <memory>
#include <string>
#include <vector>

#include <wick/support/source_range.h>

namespace wick::jit {

class Session;

struct CheckedProgram {
    std::vector<std::string> errors;
    std::vector<std::string> notes;
};

/// Executes a text as far as it goes, and compiles every function, script class and module class that it defines and
/// every module that its globals hold. The messages of what does not compile, each once: a statement that fails does
/// not keep the next from being looked at. Exceptions of the program count only where they come first, since later ones
/// may follow from what could not be defined. A function without annotations that nobody has called is looked at as
/// TorchScript would, with Tensors for its parameters; what does not compile then is a note, since the program may mean
/// something else.
CheckedProgram check_program(Session& session, const std::shared_ptr<const Source>& source);
/// Global names; with `object` ("torch.nn"), the attributes of what it denotes.
std::vector<std::string> known_names(Session& session, const std::string& object);

}  // namespace wick::jit
