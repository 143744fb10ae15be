#include "apps/lab/experiments/emulation/shaped_path.h"

#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <future>
#include <thread>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

namespace asio = transport::asio;
using tcp = asio::ip::tcp;

constexpr const char* kEdgeAddress = "10.77.0.2";

/// Puts the calling thread, and what it starts, into a network of its own.
void enter_new_network() {
  if (unshare(CLONE_NEWNET) != 0) {
    throw RunError(std::string("network namespaces are not allowed here: ") + std::strerror(errno) +
                   " (run it as root)");
  }
}

/// Runs it in the calling thread's network.
void shell(const std::string& command) {
  std::FILE* output = ::popen((command + " 2>&1").c_str(), "r");
  if (output == nullptr) throw RunError("no process for '" + command + "'");
  std::string said;
  for (int c = std::fgetc(output); c != EOF; c = std::fgetc(output)) {
    said += c == '\n' ? ' ' : static_cast<char>(c);
  }
  const int status = ::pclose(output);
  if (status == 0) return;
  const bool missing = WIFEXITED(status) && WEXITSTATUS(status) == 127;
  throw RunError("'" + command + "' failed: " + said + (missing ? "(apt install iproute2)" : ""));
}

void wire_end(const std::string& name, const std::string& address, const BucketPath& path) {
  shell("ip addr add " + address + "/24 dev " + name + " && ip link set " + name + " up");
  shell("tc qdisc add dev " + name + " root tbf rate " +
        std::to_string(std::llround(8 * path.bytes_per_s)) + "bit burst " +
        std::to_string(path.burst_bytes) + "b limit 8mb");
}

/// The far end, on a thread of its own. What goes wrong there comes out of its futures.
struct FarEnd {
  const BucketPath& path;
  std::promise<long> thread_id;
  std::promise<void> wired;
  std::promise<std::uint16_t> port;

  void live() {
    try {
      enter_new_network();
      thread_id.set_value(syscall(SYS_gettid));
    } catch (...) {
      thread_id.set_exception(std::current_exception());
      return;
    }
    try {
      wired.get_future().get();
      wire_end("edge", kEdgeAddress, path);
      asio::io_context context;
      tcp::acceptor acceptor(context, {asio::ip::make_address(kEdgeAddress), 0});
      port.set_value(acceptor.local_endpoint().port());
      serve_frames(acceptor);
    } catch (...) {
      try {
        port.set_exception(std::current_exception());
      } catch (const std::future_error&) {  // the near end has it and meets the end itself
      }
    }
  }
};

std::vector<double> time_from_near_end(FarEnd& far, const FrameSeries& series) {
  const long far_thread = far.thread_id.get_future().get();
  std::uint16_t port = 0;
  try {
    enter_new_network();
    shell("ip link add device type veth peer name edge netns " + std::to_string(far_thread));
    wire_end("device", "10.77.0.1", far.path);
    far.wired.set_value();
    port = far.port.get_future().get();
  } catch (...) {
    try {
      far.wired.set_exception(std::current_exception());
    } catch (const std::future_error&) {  // it was wired: the far end failed by itself
    }
    throw;
  }
  asio::io_context context;
  tcp::socket socket(context);
  socket.connect({asio::ip::make_address(kEdgeAddress), port});
  return time_frames(socket, series);
}

}  // namespace

BucketTimes time_frames_through(const BucketPath& path, const FrameSeries& series) {
  BucketTimes times;
  FarEnd far{path, {}, {}, {}};
  std::thread far_thread([&] { far.live(); });
  std::thread near_thread([&] {
    try {
      times.seconds = time_from_near_end(far, series);
    } catch (const std::exception& error) {
      times.unavailable = error.what();
    }
  });
  near_thread.join();
  far_thread.join();
  return times;
}

}  // namespace branchline::lab
