#include "tests/transport/shaped_path.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <future>
#include <stdexcept>
#include <thread>

#include "framework/base/clock.h"

namespace branchline::transport::testing {
namespace {

using tcp = asio::ip::tcp;

constexpr const char* kEdgeAddress = "10.77.0.2";

/// Puts the calling thread, and what it starts, into a network of its own.
void enter_new_network() {
  if (unshare(CLONE_NEWNET) != 0) {
    throw std::runtime_error(std::string("network namespaces are not allowed here: ") +
                             std::strerror(errno));
  }
}

void shell(const std::string& command) {
  if (std::system((command + " 2>&1").c_str()) != 0) {
    throw std::runtime_error("'" + command + "' failed");
  }
}

std::string tbf_command(const BucketPath& path) {
  return "tc qdisc add dev device root tbf rate " +
         std::to_string(std::llround(8 * path.bytes_per_s)) + "bit burst " +
         std::to_string(path.burst_bytes) + "b limit 1mb";
}

/// The far end, on a thread of its own. What goes wrong there comes out of its futures.
struct FarEnd {
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
      shell(std::string("ip addr add ") + kEdgeAddress + "/24 dev edge && ip link set edge up");
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

std::vector<double> time_from_near_end(const BucketPath& path, FarEnd& far,
                                       const std::vector<std::size_t>& frame_bytes,
                                       double pause_s) {
  const long far_thread = far.thread_id.get_future().get();
  std::uint16_t port = 0;
  try {
    enter_new_network();
    shell("ip link add device type veth peer name edge netns " + std::to_string(far_thread));
    shell("ip addr add 10.77.0.1/24 dev device && ip link set device up");
    shell(tbf_command(path));
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
  return time_frames(socket, frame_bytes, pause_s);
}

}  // namespace

void serve_frames(tcp::acceptor& acceptor) {
  tcp::socket socket = acceptor.accept();
  socket.set_option(tcp::no_delay(true));
  std::vector<char> frame;
  for (;;) {
    std::uint64_t bytes = 0;
    boost::system::error_code error;
    asio::read(socket, asio::buffer(&bytes, sizeof bytes), error);
    if (error) return;
    frame.resize(bytes);
    asio::read(socket, asio::buffer(frame), error);
    if (!error) asio::write(socket, asio::buffer("k", 1), error);
    if (error) return;
  }
}

std::vector<double> time_frames(tcp::socket& socket, const std::vector<std::size_t>& frame_bytes,
                                double pause_s) {
  socket.set_option(tcp::no_delay(true));
  std::vector<double> seconds;
  for (const std::size_t size : frame_bytes) {
    std::this_thread::sleep_for(std::chrono::duration<double>(pause_s));
    std::vector<char> frame(size, 'x');
    const std::uint64_t length = size - sizeof length;
    std::memcpy(frame.data(), &length, sizeof length);
    const TimePoint begun = Clock::now();
    asio::write(socket, asio::buffer(frame));
    asio::read(socket, asio::buffer(frame.data(), 1));
    seconds.push_back(std::chrono::duration<double>(Clock::now() - begun).count());
  }
  return seconds;
}

BucketTimes time_frames_through(const BucketPath& path, const std::vector<std::size_t>& frame_bytes,
                                double pause_s) {
  BucketTimes times;
  FarEnd far;
  std::thread far_thread([&] { far.live(); });
  std::thread near_thread([&] {
    try {
      times.seconds = time_from_near_end(path, far, frame_bytes, pause_s);
    } catch (const std::exception& error) {
      times.unavailable = error.what();
    }
  });
  near_thread.join();
  far_thread.join();
  return times;
}

}  // namespace branchline::transport::testing
