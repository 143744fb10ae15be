#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace branchline::lab {

/// A `branchlined` of its own process, on loopback. It ends with this object, and with the thread
/// that started it, even when that is killed.
class EdgeProcess {
 public:
  /// Starts it and waits until it listens.
  /// @param program  path of branchlined
  /// @param flags    beside those for the model and the port
  /// @param port     0: a free one
  /// @throws RunError when it does not start; its own words stand in `log_file`.
  EdgeProcess(const std::string& program, const std::string& model, const std::string& log_file,
              const std::vector<std::string>& flags = {}, std::uint16_t port = 0);
  ~EdgeProcess();  ///< asks it to stop, frozen or not, and waits
  EdgeProcess(const EdgeProcess&) = delete;
  EdgeProcess& operator=(const EdgeProcess&) = delete;

  std::uint16_t port() const { return port_; }
  pid_t pid() const { return pid_; }
  void signal(int number) const;

 private:
  std::string first_line(int descriptor) const;

  pid_t pid_ = -1;
  int output_ = -1;
  std::uint16_t port_ = 0;
};

/// Folder of the running program.
std::string program_folder();

/// branchlined beside this program. @throws InputError when it is not there.
std::string find_edge_program();

/// A file that comes with the program, by its path in the sources: in share/branchline/ beside the
/// program's folder, in a build as in an installation.
/// @throws InputError saying where it was looked for.
std::string find_shipped_file(const std::string& path);

}  // namespace branchline::lab
