import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;

/**
 * Makes a key and a certificate that signs itself, for 127.0.0.1 and localhost and a week: {@code java Certificate.java DIR}
 * writes {@code key.pem} and {@code certificate.pem}. With the JDK's keytool, so that nothing else needs to be there.
 */
public class Certificate {
    private static final char[] PASSWORD = "not a secret".toCharArray();

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        Path store = directory.resolve("keystore.p12");
        Files.deleteIfExists(store);
        keytool("-genkeypair", "-alias", "autobahn", "-keyalg", "RSA", "-keysize", "2048", "-validity", "7",
                "-dname", "CN=localhost", "-ext", "SAN=ip:127.0.0.1,dns:localhost",
                "-storetype", "PKCS12", "-storepass", new String(PASSWORD), "-keystore", store.toString());
        // keytool exports no keys.
        KeyStore entries = KeyStore.getInstance(store.toFile(), PASSWORD);
        write(directory.resolve("key.pem"), "PRIVATE KEY", entries.getKey("autobahn", PASSWORD).getEncoded());
        write(directory.resolve("certificate.pem"), "CERTIFICATE", entries.getCertificate("autobahn").getEncoded());
        Files.delete(store);
    }

    private static void keytool(String... arguments) throws IOException, InterruptedException {
        ProcessBuilder keytool = new ProcessBuilder(arguments).inheritIO();
        keytool.command().add(0, Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        if (keytool.start().waitFor() != 0) {
            throw new IOException("keytool failed");
        }
    }

    private static void write(Path file, String label, byte[] der) throws IOException {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        Files.writeString(file, "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n",
                StandardCharsets.US_ASCII);
    }
}
