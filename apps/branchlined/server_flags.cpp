#include "apps/branchlined/server_flags.h"

#include <arpa/inet.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
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
  in_addr v4{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  return host == "localhost" || host == "::1";  // "127.example.org" is a name like any other
}

bool has_token(const ServerFlags& flags) {
  const char* token = std::getenv("BRANCHLINE_TOKEN");
  return !flags.protection.token_file.empty() || (token != nullptr && *token != '\0');
}

void add_protection(CLI::App& app, ServerFlags& flags) {
  constexpr const char* kGroup = "Security (docs/security.md)";
  const auto file = [&app](const char* flag, std::string& value, const char* help) {
    app.add_option(flag, value, help)->type_name("FILE")->group(kGroup);
  };
  file("--tls-cert", flags.protection.tls_cert, "Speak TLS only: this edge's certificate");
  file("--tls-key", flags.protection.tls_key, "Its key");
  file("--tls-client-ca", flags.protection.tls_client_ca,
       "Serve only devices with a certificate that this CA signed");
  file("--token-file", flags.protection.token_file,
       "Serve only devices that know the token in this file; it is never sent");
  app.add_flag("--listen-to-anyone-without-protection", flags.unprotected,
               "Serve other machines without TLS and without a token: whoever reaches the port may "
               "use this edge, read what devices send and change it")
      ->group(kGroup);
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
  app.add_option("--max-batch", flags.max_batch,
                 "Requests of one plan computed in one run where that is faster; 1: each alone")
      ->check(CLI::Range(1, 8))
      ->capture_default_str();
  app.add_flag("--first-come", flags.first_come,
               "Look at no budget: what `branchline experiment load` compares with")
      ->group("");
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
  add_protection(app, flags);
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

std::string what_protects(const ServerFlags& flags) {
  const bool tls = !flags.protection.tls_cert.empty();
  if (tls && has_token(flags)) return "TLS and a token";
  if (tls) return flags.protection.tls_client_ca.empty() ? "TLS" : "TLS with client certificates";
  return has_token(flags) ? "a token, no encryption" : "nothing";
}

void require_safe_address(const ServerFlags& flags) {
  const transport::Endpoint endpoint = transport::parse_endpoint(flags.listen, "--listen");
  const bool open = flags.protection.tls_cert.empty() && !has_token(flags);
  if (!open || flags.unprotected || is_loopback(endpoint.host)) return;
  throw InputError(
      "'" + flags.listen + "' can be reached from other machines, and nothing protects it",
      "--listen",
      "Give --token-file, or --tls-cert and --tls-key (docs/security.md); or use 127.0.0.1 with a "
      "tunnel (ssh -L); or say --listen-to-anyone-without-protection");
}

}  // namespace branchline::apps
