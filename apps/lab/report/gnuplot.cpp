#include "apps/lab/report/gnuplot.h"

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>

namespace branchline::lab {
namespace {

constexpr int kNoSuchProgram = 127;

/// @returns the exit status of `command`, -1 when it did not end by itself
int shell(const std::string& command) {
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

bool has_gnuplot() { return shell("command -v gnuplot >/dev/null 2>&1") == 0; }

std::string run_gnuplot(const std::string& folder, const std::string& script) {
  // Names never reach the shell: gnuplot is started inside the folder.
  ::setenv("BRANCHLINE_PICTURE_FOLDER", folder.c_str(), 1);
  ::setenv("BRANCHLINE_PICTURE", script.c_str(), 1);
  const int status = shell(
      "cd \"$BRANCHLINE_PICTURE_FOLDER\" && "
      "exec gnuplot \"./$BRANCHLINE_PICTURE.gp\" 2>\"$BRANCHLINE_PICTURE.log\"");
  ::unsetenv("BRANCHLINE_PICTURE_FOLDER");
  ::unsetenv("BRANCHLINE_PICTURE");
  const std::string log = folder + "/" + script + ".log";
  std::error_code ignored;
  if (status == kNoSuchProgram || (status == 0 && std::filesystem::file_size(log, ignored) == 0))
    std::filesystem::remove(log, ignored);
  if (status == 0) return "";
  if (status == kNoSuchProgram) {
    return "no " + script +
           ".png: gnuplot is missing (apt install gnuplot-nox), then run `gnuplot " + script +
           ".gp` there";
  }
  return "no " + script + ".png: gnuplot failed, see " + log;
}

}  // namespace branchline::lab
