#include <wick/api/serialize.h>

#include "archive/torch_save.h"

namespace wick {

void save(const IValue& value, const std::string& path) { archive::save_torch_file(value, path); }
IValue load(const std::string& path) { return archive::load_torch_file(path); }

}  // namespace wick
