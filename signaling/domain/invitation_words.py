"""What an invitation says, in each language of the caller's page."""

from __future__ import annotations

from typing import Final

import msgspec


class Wording(msgspec.Struct, frozen=True):
    """One language. `{centre}` stands for the centre's name, `{link}` for the link."""

    sms: str  # the link last, a space before it; 57 characters besides name and link, 45 if it is `wide`
    subject: str
    request: str
    steps: str
    sound: str
    button: str
    by_hand: str
    unexpected: str
    wide: bool = False  # in letters that the 7-bit alphabet lacks: sent as UCS-2
    direction: str = "ltr"


WORDINGS: Final = {
    "fr": Wording(
        sms="{centre} vous demande une vidéo, sans le son. Touchez ce lien : {link}",
        subject="{centre} : montrez la situation en vidéo",
        request="{centre} vous demande de montrer la situation en vidéo, avec votre téléphone.",
        steps="Ouvrez ce lien sur votre téléphone, puis autorisez l’appareil photo :",
        sound="Il n’y a pas de son : restez au téléphone pour parler.",
        button="Ouvrir la vidéo",
        by_hand="Si le bouton ne répond pas, copiez cette adresse dans votre navigateur :",
        unexpected="Si vous n’avez pas appelé {centre}, ignorez ce message.",
    ),
    "en": Wording(
        sms="{centre} asks you for live video, without sound. Tap this link: {link}",
        subject="{centre}: show the situation on video",
        request="{centre} asks you to show the situation on video, with your phone.",
        steps="Open this link on your phone, then allow the camera:",
        sound="There is no sound: stay on the phone to talk.",
        button="Open the video",
        by_hand="If the button does nothing, copy this address into your browser:",
        unexpected="If you did not call {centre}, ignore this message.",
    ),
    "de": Wording(
        sms="{centre} bittet Sie um ein Video ohne Ton. Link antippen: {link}",
        subject="{centre}: Zeigen Sie die Situation per Video",
        request="{centre} bittet Sie, die Situation mit Ihrem Telefon per Video zu zeigen.",
        steps="Öffnen Sie diesen Link auf Ihrem Telefon und erlauben Sie dann die Kamera:",
        sound="Es wird kein Ton übertragen: Bleiben Sie zum Sprechen am Telefon.",
        button="Video öffnen",
        by_hand="Falls die Schaltfläche nicht reagiert, kopieren Sie diese Adresse in Ihren Browser:",
        unexpected="Falls Sie {centre} nicht angerufen haben, ignorieren Sie diese Nachricht.",
    ),
    "es": Wording(
        sms="{centre} le pide un vídeo, sin sonido. Toque este enlace: {link}",
        subject="{centre}: muestre la situación por vídeo",
        request="{centre} le pide que muestre la situación por vídeo, con su teléfono.",
        steps="Abra este enlace en su teléfono y permita el uso de la cámara:",
        sound="No hay sonido: siga al teléfono para hablar.",
        button="Abrir el vídeo",
        by_hand="Si el botón no responde, copie esta dirección en su navegador:",
        unexpected="Si usted no ha llamado a {centre}, ignore este mensaje.",
    ),
    "it": Wording(
        sms="{centre} le chiede un video, senza audio. Tocchi questo link: {link}",
        subject="{centre}: mostri la situazione in video",
        request="{centre} le chiede di mostrare la situazione in video, con il suo telefono.",
        steps="Apra questo link sul telefono, poi consenta l’uso della fotocamera:",
        sound="Non c’è audio: resti al telefono per parlare.",
        button="Aprire il video",
        by_hand="Se il pulsante non risponde, copi questo indirizzo nel suo browser:",
        unexpected="Se non ha chiamato {centre}, ignori questo messaggio.",
    ),
    "pt": Wording(
        sms="{centre} pede-lhe um vídeo, sem som. Toque nesta ligação: {link}",
        subject="{centre}: mostre a situação em vídeo",
        request="{centre} pede-lhe que mostre a situação em vídeo, com o seu telefone.",
        steps="Abra esta ligação no seu telefone e permita a utilização da câmara:",
        sound="Não há som: continue ao telefone para falar.",
        button="Abrir o vídeo",
        by_hand="Se o botão não responder, copie este endereço para o seu navegador:",
        unexpected="Se não ligou para {centre}, ignore esta mensagem.",
    ),
    "nl": Wording(
        sms="{centre} vraagt u om video, zonder geluid. Tik op deze link: {link}",
        subject="{centre}: laat de situatie op video zien",
        request="{centre} vraagt u de situatie op video te laten zien, met uw telefoon.",
        steps="Open deze link op uw telefoon en sta daarna de camera toe:",
        sound="Er is geen geluid: blijf aan de telefoon om te praten.",
        button="Video openen",
        by_hand="Werkt de knop niet? Kopieer dan dit adres in uw browser:",
        unexpected="Hebt u {centre} niet gebeld, negeer dan dit bericht.",
    ),
    "pl": Wording(
        sms="{centre} prosi o wideo na żywo, bez dźwięku. Dotknij linku: {link}",
        subject="{centre}: proszę pokazać sytuację na wideo",
        request="{centre} prosi o pokazanie sytuacji na wideo za pomocą telefonu.",
        steps="Proszę otworzyć ten link na telefonie, a potem zezwolić na aparat:",
        sound="Nie ma dźwięku: proszę się nie rozłączać, rozmowa trwa przez telefon.",
        button="Otwórz wideo",
        by_hand="Jeśli przycisk nie działa, proszę skopiować ten adres do przeglądarki:",
        unexpected="Jeśli to nie Państwo dzwonili do {centre}, proszę zignorować tę wiadomość.",
    ),
    "ro": Wording(
        sms="{centre} vă cere un video, fără sunet. Atingeți acest link: {link}",
        subject="{centre}: arătați situația prin video",
        request="{centre} vă roagă să arătați situația prin video, cu telefonul dumneavoastră.",
        steps="Deschideți acest link pe telefon, apoi permiteți accesul la cameră:",
        sound="Nu există sunet: rămâneți la telefon pentru a vorbi.",
        button="Deschideți video",
        by_hand="Dacă butonul nu răspunde, copiați această adresă în browser:",
        unexpected="Dacă nu ați sunat la {centre}, ignorați acest mesaj.",
    ),
    "tr": Wording(
        sms="{centre} sizden sessiz bir video istiyor. Bağlantıya dokunun: {link}",
        subject="{centre}: durumu video ile gösterin",
        request="{centre} durumu telefonunuzla, video olarak göstermenizi istiyor.",
        steps="Bu bağlantıyı telefonunuzda açın, sonra kameraya izin verin:",
        sound="Ses yoktur: konuşmak için telefonu kapatmayın.",
        button="Videoyu aç",
        by_hand="Düğme çalışmıyorsa bu adresi tarayıcınıza kopyalayın:",
        unexpected="{centre} birimini aramadıysanız bu mesajı dikkate almayın.",
    ),
    "uk": Wording(
        sms="{centre} просить відео без звуку. Натисніть: {link}",
        subject="{centre}: покажіть ситуацію на відео",
        request="{centre} просить вас показати ситуацію на відео за допомогою телефона.",
        steps="Відкрийте це посилання на телефоні, а потім дозвольте доступ до камери:",
        sound="Звуку немає: залишайтеся на телефонній лінії, щоб говорити.",
        button="Відкрити відео",
        by_hand="Якщо кнопка не працює, скопіюйте цю адресу у свій браузер:",
        unexpected="Якщо ви не телефонували до {centre}, не зважайте на це повідомлення.",
        wide=True,
    ),
    "ru": Wording(
        sms="{centre} просит видео без звука. Нажмите: {link}",
        subject="{centre}: покажите ситуацию на видео",
        request="{centre} просит вас показать ситуацию на видео с помощью телефона.",
        steps="Откройте эту ссылку на телефоне, затем разрешите доступ к камере:",
        sound="Звука нет: оставайтесь на телефонной линии, чтобы говорить.",
        button="Открыть видео",
        by_hand="Если кнопка не работает, скопируйте этот адрес в браузер:",
        unexpected="Если вы не звонили в {centre}, не обращайте внимания на это сообщение.",
        wide=True,
    ),
    "ar": Wording(
        sms="{centre} يطلب منك فيديو بلا صوت. اضغط هنا: {link}",
        subject="{centre}: أظهر ما يحدث بالفيديو",
        request="{centre} يطلب منك إظهار ما يحدث بالفيديو، بواسطة هاتفك.",
        steps="افتح هذا الرابط على هاتفك، ثم اسمح باستخدام الكاميرا:",
        sound="لا يوجد صوت: ابقَ على الهاتف للتحدث.",
        button="فتح الفيديو",
        by_hand="إذا لم يعمل الزر، فانسخ هذا العنوان في المتصفح:",
        unexpected="إذا لم تتصل بـ {centre} فتجاهل هذه الرسالة.",
        wide=True,
        direction="rtl",
    ),
    "zh": Wording(
        sms="{centre} 请您拍摄实时视频，无声音。请点击： {link}",
        subject="{centre}：请用视频展示现场情况",
        request="{centre} 请您用手机通过视频展示现场情况。",
        steps="请在手机上打开此链接，然后允许使用摄像头：",
        sound="视频没有声音：请勿挂断电话，以便通话。",
        button="打开视频",
        by_hand="如果按钮没有反应，请将此地址复制到浏览器：",
        unexpected="如果您没有致电 {centre}，请忽略此消息。",
        wide=True,
    ),
}
