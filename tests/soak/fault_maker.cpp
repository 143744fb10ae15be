#include "tests/soak/fault_maker.h"

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <thread>
#include <utility>

namespace branchline::soak {

using branchline::testing::ChildProcess;

FaultMaker::FaultMaker(std::string program, int servers, std::uint64_t seed, SoakRecord& record)
    : program_(std::move(program)), record_(record), random_(seed) {
  for (int i = 0; i < servers; ++i) {
    ServerProcess& server = servers_.emplace_back();
    start(server);
    server.ways = {server.port};
  }
}

/// On the port it had before, if any.
void FaultMaker::start(ServerProcess& server) {
  server.process = std::make_unique<ChildProcess>(std::vector<std::string>{
      program_, "--serve", std::to_string(server.port), "--seed", std::to_string(random_())});
  const auto port = static_cast<std::uint16_t>(std::stoul(server.process->line()));
  if (server.port == 0) server.port = port;  // others read it from the first start on
}

std::uint16_t FaultMaker::add_link(int server, std::uint16_t port, double bytes_per_s,
                                   Duration delay) {
  const auto index = static_cast<std::size_t>(server);
  const std::uint16_t target = server < 0 ? port : servers_.at(index).port;
  EmulatedLink& link = links_.emplace_back();
  link.emulator = std::make_unique<transport::LinkEmulator>(
      io_, transport::Endpoint{"127.0.0.1", 0}, transport::Endpoint{"127.0.0.1", target},
      transport::steady_link(bytes_per_s, bytes_per_s, delay));
  if (server >= 0) servers_.at(index).ways.push_back(link.emulator->port());
  return link.emulator->port();
}

std::uint16_t FaultMaker::server_port(int server) const {
  return servers_.at(static_cast<std::size_t>(server)).port;
}

Duration FaultMaker::some_time(int least_ms, int most_ms) {
  return std::chrono::milliseconds(std::uniform_int_distribution<int>(least_ms, most_ms)(random_));
}

void FaultMaker::make_one() {
  ServerProcess& server = servers_[random_() % servers_.size()];
  const auto dice = random_() % 100;
  if (dice < 30) return freeze(server);
  if (dice < 50) return restart(server, false);
  if (dice < 65) return restart(server, true);
  if (dice < 95) return trouble_link(links_[random_() % links_.size()], dice >= 85);
  freeze_ourselves();
}

void FaultMaker::begin(const ServerProcess& server, Fault fault) {
  for (const std::uint16_t way : server.ways) record_.begin_fault(way, fault);
}

void FaultMaker::end(const ServerProcess& server) {
  for (const std::uint16_t way : server.ways) record_.end_fault(way);
}

void FaultMaker::freeze(ServerProcess& server) {
  begin(server, Fault::frozen);
  server.process->freeze();
  std::this_thread::sleep_for(some_time(50, 2500));
  server.process->signal(SIGCONT);
  end(server);
}

void FaultMaker::restart(ServerProcess& server, bool gracefully) {
  begin(server, gracefully ? Fault::drained : Fault::killed);
  server.process->signal(gracefully ? SIGTERM : SIGKILL);
  const int code = server.process->wait();
  if (code != (gracefully ? 0 : 1000 + SIGKILL)) {
    ++server_failures_;
    std::printf("a server ended with %d: %s\n", code, server.process->errors().c_str());
  }
  std::this_thread::sleep_for(some_time(20, 800));
  start(server);
  end(server);
}

void FaultMaker::trouble_link(EmulatedLink& link, bool reset) {
  const std::uint16_t way = link.emulator->port();
  record_.begin_fault(way, reset ? Fault::reset : Fault::cut);
  if (reset) {
    link.emulator->reset_all();
  } else {
    link.emulator->cut();
    std::this_thread::sleep_for(some_time(50, 2500));
    link.emulator->restore();
  }
  record_.end_fault(way);
}

/// By a helper process: who stands still cannot wake itself. Nobody may be held dead for it.
void FaultMaker::freeze_ourselves() {
  ++record_.self_freezes;
  const auto helper =
      branchline::testing::run_program({program_, "--freeze", std::to_string(getpid()),
                                        "--milliseconds", std::to_string(200 + random_() % 600)});
  if (helper.code != 0) ++server_failures_;
}

}  // namespace branchline::soak
