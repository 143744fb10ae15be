#include "apps/branchlined/server_flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include "apps/branchline/flags.h"
#include "framework/base/error.h"
#include "transport/channel.h"

namespace branchline::apps {
namespace {

namespace fs = std::filesystem;

constexpr const char* kServerExample =
    "Example:\n"
    "  branchlined --models branchy_models/pretrained --listen 127.0.0.1:7400\n"
    "SIGTERM drains (finishes what is in flight, then exit code 0), SIGINT stops now, a second\n"
    "signal ends the process at once. docs/operations.md tells more.\n";

std::vector<std::string> models_in(const fs::path& folder) {
  std::vector<std::string> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().extension() == ".pt") {
      files.push_back(entry.path().string());
    }
  }
  if (files.empty()) {
    throw InputError("holds no .pt file", folder.string(), "give a folder with TorchScript files");
  }
  return files;
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.rfind("127.", 0) == 0;
}

void add_limits(CLI::App& app, ServerFlags& flags) {
  app.add_option("--workers", flags.workers, "Compute threads")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app.add_option(
         "--threads", flags.threads,
         "LibTorch's threads per worker; more than 1 pays only with OMP_WAIT_POLICY=passive")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app.add_option("--max-queue", flags.max_queue, "Requests that may wait; more are refused at once")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  add_bytes(app, "--max-frame", flags.max_frame, "Largest message accepted");
  add_bytes(app, "--slice-cache", flags.slice_cache, "Memory for compiled slices");
  add_duration(app, "--piece", flags.piece,
               "Longest stretch of compute without looking whether the answer is still wanted");
}

}  // namespace

void add_server_flags(CLI::App& app, ServerFlags& flags) {
  app.footer(kServerExample);
  app.add_option("--models", flags.models, "TorchScript files, or folders of them")
      ->required()
      ->type_name("DIR|FILE…");
  app.add_option("--listen", flags.listen, "Address to serve at; port 0: any free one")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  app.add_flag("--allow-remote", flags.allow_remote,
               "Serve other machines too: nothing protects the connection yet, neither encryption "
               "nor a password");
  add_limits(app, flags);
  add_duration(app, "--drain", flags.drain, "After SIGTERM, time for what is in flight");
  app.add_flag("--check", flags.check, "Load the models, check the flags, and exit");
  auto* verbose = app.add_flag("-v,--verbose", flags.verbose, "Log connections too");
  app.add_flag("-q,--quiet", flags.quiet, "Log errors only")->excludes(verbose);
}

std::vector<std::string> model_files_of(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code unreadable;
    if (fs::is_directory(path, unreadable)) {
      const std::vector<std::string> found = models_in(path);
      files.insert(files.end(), found.begin(), found.end());
    } else if (fs::is_regular_file(path, unreadable)) {
      files.push_back(path);
    } else {
      throw InputError("there is no such file or folder", path, "give --models a path that exists",
                       InputKind::model);
    }
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

void require_safe_address(const std::string& listen, bool allow_remote) {
  const transport::Endpoint endpoint = transport::parse_endpoint(listen, "--listen");
  if (allow_remote || is_loopback(endpoint.host)) return;
  throw InputError("'" + listen + "' can be reached from other machines, and nothing protects it",
                   "--listen",
                   "Use 127.0.0.1 with a tunnel (ssh -L), or add --allow-remote on a network where "
                   "everybody may use this edge");
}

}  // namespace branchline::apps
