package certs

// Names under which the CA's certificate is to be downloaded. Windows, macOS,
// iOS and Android take the DER form; Linux's tools and Firefox want PEM.
const (
	CAFileDER = "avhub-ca.cer"
	CAFilePEM = "avhub-ca.pem"
)

// Text is a text in both languages.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// Guide tells how to install the CA's certificate on one platform.
type Guide struct {
	Platform string `json:"platform"` // windows, macos, ios, android, linux, firefox
	Title    Text   `json:"title"`
	File     string `json:"file"` // which download to offer
	Steps    []Text `json:"steps"`
	Note     Text   `json:"note"` // what else to know; may be empty
}

// Introduction stands above the guides.
var Introduction = Text{
	ZH: "浏览器第一次打开本系统时会提示“连接不是私密连接”，因为它还不认识本系统自己的证书颁发机构（CA）。在每台电脑、每部手机上安装一次 CA 证书，提示就不再出现，十年内无需重装。" +
		"该 CA 只能为本机的名称、内部网络地址和私有域名签发网站证书，不能冒充互联网上的其他网站。",
	EN: "A browser that opens this hub for the first time says that the connection is not private: it does not know the hub's own certificate authority (CA) yet. " +
		"Install the CA's certificate once on each computer and phone, and the warning is gone for ten years. " +
		"The CA can vouch for this machine's names, for internal networks and private domains only, and for no other site of the internet.",
}

// Comparison tells how to make sure that the download is the hub's.
var Comparison = Text{
	ZH: "安装前请核对 SHA-256 指纹：它必须与技术人员从服务器日志或“avhub doctor”命令中读出的一致。仅与本页显示的比对是不够的，能篡改下载的人也能篡改本页。",
	EN: "Before installing, compare the SHA-256 fingerprint with the one that the technician reads from the hub's log or from “avhub doctor”. " +
		"The one on this page is not enough: whoever could change the download could change the page.",
}

// Guides are the instructions for all platforms, in the order in which to show them.
func Guides() []Guide {
	return []Guide{windows(), macOS(), iOS(), android(), linux(), firefox()}
}

func windows() Guide {
	return Guide{
		Platform: "windows", File: CAFileDER,
		Title: Text{"Windows 10 / 11（Chrome、Edge 等）", "Windows 10 and 11 (Chrome, Edge)"},
		Steps: []Text{
			{"下载 avhub-ca.cer。按 Win+R，输入 cmd 并回车，运行：certutil -hashfile \"%USERPROFILE%\\Downloads\\avhub-ca.cer\" SHA256，核对指纹（不含冒号，不分大小写）。",
				"Download avhub-ca.cer. Press Win+R, type cmd, press Enter, and run: certutil -hashfile \"%USERPROFILE%\\Downloads\\avhub-ca.cer\" SHA256. Compare the fingerprint; it comes without colons."},
			{"双击该文件，点“安装证书…”。", "Double-click the file and choose Install Certificate…"},
			{"存储位置选“本地计算机”（需要管理员权限，对所有用户有效）；没有管理员权限时选“当前用户”。点“下一页”。",
				"Choose Local Machine, which needs administrator's rights and is for all users; without them choose Current User. Then Next."},
			{"选“将所有的证书都放入下列存储”→“浏览…”→“受信任的根证书颁发机构”→“确定”→“下一页”→“完成”。",
				"Choose Place all certificates in the following store → Browse… → Trusted Root Certification Authorities → OK → Next → Finish."},
			{"如弹出“安全警告”，点“是”。", "If a security warning asks once more, choose Yes."},
			{"关闭浏览器的所有窗口，重新打开本系统。", "Close all windows of the browser and open the hub again."},
		},
		Note: Text{"域内电脑可由管理员统一下发：组策略管理编辑器 → 计算机配置 → 策略 → Windows 设置 → 安全设置 → 公钥策略 → 受信任的根证书颁发机构 → 右键“导入…”。",
			"For all computers of a domain: Group Policy Management Editor → Computer Configuration → Policies → Windows Settings → Security Settings → Public Key Policies → Trusted Root Certification Authorities → right-click, Import…"},
	}
}

func macOS() Guide {
	return Guide{
		Platform: "macos", File: CAFileDER,
		Title: Text{"苹果电脑 macOS（Safari、Chrome、Edge）", "macOS (Safari, Chrome, Edge)"},
		Steps: []Text{
			{"下载 avhub-ca.cer。打开“终端”，运行：shasum -a 256 ~/Downloads/avhub-ca.cer，核对指纹（不含冒号，不分大小写）。",
				"Download avhub-ca.cer. Open Terminal and run: shasum -a 256 ~/Downloads/avhub-ca.cer. Compare the fingerprint; it comes without colons."},
			{"双击该文件，“钥匙串访问”随即打开；询问位置时选“系统”，点“添加”，输入管理员密码。",
				"Double-click the file; Keychain Access opens. When asked where to add it, choose System, then Add, and give an administrator's password."},
			{"在左侧选“系统”，在“证书”列表中双击名称以“avhub CA of”开头的证书。",
				"Choose System on the left and, in the list of certificates, double-click the one whose name begins with “avhub CA of”."},
			{"展开“信任”，在“使用此证书时”选“始终信任”，关闭窗口并输入密码。",
				"Open Trust, set When using this certificate to Always Trust, close the window and give the password."},
			{"退出浏览器，重新打开本系统。", "Quit the browser and open the hub again."},
		},
	}
}

func iOS() Guide {
	return Guide{
		Platform: "ios", File: CAFileDER,
		Title: Text{"iPhone 和 iPad", "iPhone and iPad"},
		Steps: []Text{
			{"用 Safari 浏览器打开本页并下载 avhub-ca.cer；提示“此网站正尝试下载一个配置描述文件”时点“允许”。",
				"Open this page in Safari and download avhub-ca.cer. When told that the website is trying to download a configuration profile, tap Allow."},
			{"打开“设置”，点顶部的“已下载描述文件”；若没有，进入“通用”→“VPN与设备管理”，点该描述文件。",
				"Open Settings and tap Profile Downloaded at the top; if it is not there, General → VPN & Device Management and the profile."},
			{"点“更多详细信息”，再点证书，核对 SHA-256 指纹。", "Tap More Details and the certificate, and compare the SHA-256 fingerprint."},
			{"返回，点右上角“安装”，输入锁屏密码，再点“安装”两次，最后点“完成”。", "Go back, tap Install at the top right, give the passcode, tap Install twice more, then Done."},
			{"进入“设置”→“通用”→“关于本机”→最下方“证书信任设置”，打开名称以“avhub CA of”开头的证书的开关，点“继续”。不做这一步，提示仍会出现。",
				"Go to Settings → General → About → Certificate Trust Settings at the very bottom, switch on the certificate whose name begins with “avhub CA of”, and tap Continue. Without this step the warning stays."},
		},
	}
}

func android() Guide {
	return Guide{
		Platform: "android", File: CAFileDER,
		Title: Text{"安卓、鸿蒙手机", "Android"},
		Steps: []Text{
			{"下载 avhub-ca.cer。手机须已设置锁屏密码。", "Download avhub-ca.cer. The phone needs a screen lock."},
			{"打开“设置”→“安全和隐私”→“更多安全和隐私设置”→“加密与凭据”→“安装证书”→“CA 证书”。各品牌叫法不同，找不到时在“设置”顶部搜索“证书”或“凭据”，也可能叫“从存储设备安装”。",
				"Open Settings → Security & privacy → More security & privacy → Encryption & credentials → Install a certificate → CA certificate. Makers use other words: search Settings for “certificate” if it is not there."},
			{"阅读提示，点“仍然安装”，输入锁屏密码，选择 avhub-ca.cer。", "Read the warning, tap Install anyway, give the screen lock, and choose avhub-ca.cer."},
			{"回到“加密与凭据”→“信任的凭据”（或“用户凭据”）→“用户”，点开该证书，核对 SHA-256 指纹；不一致就立即删除。",
				"Go to Encryption & credentials → Trusted credentials → User, tap the certificate and compare the SHA-256 fingerprint; remove it at once if it differs."},
			{"用 Chrome 或手机自带浏览器打开本系统。", "Open the hub in Chrome or the phone's own browser."},
		},
		Note: Text{"请不要在微信等应用内直接打开本系统，它们可能不采用手机中安装的证书。安卓版 Firefox 须另行打开：设置 → 关于 Firefox → 连续点按徽标，直到出现调试菜单 → 返回设置 → Secret Settings → Use third party CA certificates。",
			"Pages that open inside other apps, such as WeChat, may pass over the phone's certificates. Firefox for Android has to be told: Settings → About Firefox → tap the logo until the debug menu is there → back to Settings → Secret Settings → Use third party CA certificates."},
	}
}

func linux() Guide {
	return Guide{
		Platform: "linux", File: CAFilePEM,
		Title: Text{"Linux（统信 UOS、银河麒麟、Ubuntu 等）的 Chrome、Chromium、Edge", "Chrome, Chromium and Edge on Linux"},
		Steps: []Text{
			{"下载 avhub-ca.pem，在终端运行：openssl x509 -in avhub-ca.pem -noout -fingerprint -sha256，核对指纹。",
				"Download avhub-ca.pem, run: openssl x509 -in avhub-ca.pem -noout -fingerprint -sha256, and compare the fingerprint."},
			{"在地址栏打开 chrome://certificate-manager，进入“本地证书”→“由您安装”下的“受信任的证书”→“导入”，选择该文件。旧版本：chrome://settings/certificates →“授权机构”→“导入”，勾选“信任该证书，以标识网站身份”。",
				"Open chrome://certificate-manager, then Local certificates → Trusted Certificates of those installed by you → Import, and choose the file. Older versions: chrome://settings/certificates → Authorities → Import, and tick Trust this certificate for identifying websites."},
			{"重新打开浏览器。", "Start the browser again."},
		},
		Note: Text{"浏览器不读取系统证书库。如 curl、ffmpeg 等程序也要信任本系统，Debian、Ubuntu、UOS、麒麟桌面版运行：sudo cp avhub-ca.pem /usr/local/share/ca-certificates/avhub-ca.crt && sudo update-ca-certificates；openEuler、麒麟服务器版、Fedora 运行：sudo cp avhub-ca.pem /etc/pki/ca-trust/source/anchors/ && sudo update-ca-trust。",
			"Browsers do not read the system's store. For curl, ffmpeg and other programs, on Debian and Ubuntu: sudo cp avhub-ca.pem /usr/local/share/ca-certificates/avhub-ca.crt && sudo update-ca-certificates; on Fedora and openEuler: sudo cp avhub-ca.pem /etc/pki/ca-trust/source/anchors/ && sudo update-ca-trust."},
	}
}

func firefox() Guide {
	return Guide{
		Platform: "firefox", File: CAFilePEM,
		Title: Text{"Firefox（电脑版）", "Firefox on computers"},
		Steps: []Text{
			{"在 Windows 和 macOS 上，120 及以后的版本直接采用系统中安装的 CA，按上面的步骤安装即可。在 Linux 上请继续以下步骤。",
				"On Windows and macOS, version 120 and later take the CA from the system: install it there as told above. On Linux go on here."},
			{"下载 avhub-ca.pem。", "Download avhub-ca.pem."},
			{"菜单 ☰ →“设置”→“隐私与安全”→ 最下方“证书”→“查看证书…”→“证书颁发机构”→“导入…”，选择该文件。",
				"Menu ☰ → Settings → Privacy & Security → Certificates, at the bottom → View Certificates… → Authorities → Import…, and choose the file."},
			{"点“查看”，核对 SHA-256 指纹；勾选“信任由此证书颁发机构来标识网站”，点“确定”。",
				"Choose View and compare the SHA-256 fingerprint; tick Trust this CA to identify websites, and OK."},
		},
	}
}
