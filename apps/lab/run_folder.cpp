#include "apps/lab/run_folder.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "apps/version_text.h"
#include "framework/base/error.h"

namespace branchline::lab {

RunFolder::RunFolder(const std::string& folder) : folder_(folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error || ::access(folder.c_str(), W_OK) != 0) {
    throw InputError("cannot be made or written to", folder, "choose another folder");
  }
}

std::string RunFolder::path(const std::string& name) const { return folder_ + "/" + name; }

void RunFolder::write(const std::string& name, const std::string& text) const {
  std::ofstream file(path(name), std::ios::binary);
  file << text;
  file.flush();
  if (!file) throw RunError(path(name) + ": cannot be written; is the disk full?");
}

std::string configuration_text(const std::string& verb, const std::string& flags) {
  std::string text;
  std::string line;
  for (const char c : apps::version_text("branchline") + "\n") {
    line += c;
    if (c != '\n') continue;
    text += "# " + line;
    line.clear();
  }
  return text + "[" + verb + "]\n" + flags;
}

}  // namespace branchline::lab
